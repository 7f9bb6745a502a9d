"""What was measured of a model: typed in code, one flat JSON object in its metrics.json.

In the file a figure of the samples stands under its own name and the same figure of held-out songs
under that name with `_held_out`; an overlap stands under `overlap_<feature>`.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nocturne.schemas.sequences import END

HELD_OUT_SUFFIX = "_held_out"
OVERLAP_PREFIX = "overlap_"
BITS_SUFFIX = "_bits_per_note"
# Baselines whose bits per note also stand at the top level of the file.
TOP_LEVEL_BASELINES = ("composite", "cache", "unigram")


class MetricsFile(BaseModel):
    """metrics.json as it lies in a model folder: the figures that the gate reads, and the rest."""

    model_config = ConfigDict(extra="allow")

    bits_per_note: float | None = None
    composite_bits_per_note: float | None = None
    degenerate_share: float | None = None
    copied_share: float | None = None
    weights_sha256: str | None = Field(None, description="Of the weights that were measured")


class PredictorBits(BaseModel):
    """Bits per note of one baseline on the test songs, whole and by attribute."""

    model_config = ConfigDict(frozen=True)

    bits_per_note: float | None = None
    by_attribute: dict[str, float] = Field(default_factory=dict)


class Histogram(BaseModel):
    """How often samples and held-out songs have each value; the values rise."""

    model_config = ConfigDict(frozen=True)

    values: list[int]
    samples: list[int]
    held_out: list[int]


class SampleMetrics(BaseModel):
    """Figures of samples beside the same figures of held-out songs, by the metric's name."""

    model_config = ConfigDict(frozen=True)

    samples: dict[str, float] = Field(default_factory=dict)
    held_out: dict[str, float] = Field(default_factory=dict)
    overlaps: dict[str, float] = Field(default_factory=dict, description="By feature, 0 to 1")
    mean_overlap: float | None = None


class ModelMetrics(SampleMetrics):
    """Everything that was measured of one model; any part may be missing.

    `others` keeps what this version cannot read, as it stands in the file.
    """

    bits_per_note: float | None = None
    by_attribute: dict[str, float] = Field(default_factory=dict)
    baselines: dict[str, PredictorBits] = Field(default_factory=dict)
    sample_count: int | None = None
    weights_sha256: str | None = Field(None, description="Of the weights that were measured")
    histograms: dict[str, Histogram] = Field(default_factory=dict, description="By feature")
    verdict: str = Field("", description="The gate's decision and its reason")
    answer: str = Field("", description="A person's answer to whether it may become champion")
    others: dict[str, Any] = Field(default_factory=dict)

    @property
    def note_bits(self) -> float | None:
        """The bits of the notes alone, given that a song goes on; None if not measured."""
        if self.bits_per_note is None:
            return None
        return self.bits_per_note - self.by_attribute.get(END, 0.0)

    def baseline_bits(self, name: str) -> float | None:
        """Return the bits per note of one baseline; None if they were not measured."""
        return self.baselines[name].bits_per_note if name in self.baselines else None

    @classmethod
    def from_flat(cls, flat: Mapping[str, Any]) -> Self:
        """Read the content of metrics.json; a value of a wrong type goes to `others`."""
        fields: dict[str, Any] = {"others": {}}
        for key, value in flat.items():
            field, name = _place(key)
            typed = _typed(field, value)
            if typed is None:
                fields["others"][key] = value
            elif name:
                fields.setdefault(field, {})[name] = typed
            else:
                fields[field] = typed
        baselines = fields.setdefault("baselines", {})
        for name, bits in fields.pop("top_level_bits", {}).items():
            known = baselines.get(name, PredictorBits())
            baselines[name] = known.model_copy(update={"bits_per_note": bits})
        return cls(**fields)

    def flat(self) -> dict[str, Any]:
        """Return the content of metrics.json."""
        detailed = {name: one for name, one in self.baselines.items() if one.by_attribute}
        top_level = {name: self.baseline_bits(name) for name in TOP_LEVEL_BASELINES}
        content = {
            "bits_per_note": self.bits_per_note,
            "by_attribute": self.by_attribute,
            **{f"{name}{BITS_SUFFIX}": bits for name, bits in top_level.items()},
            "baselines": {name: one.model_dump() for name, one in detailed.items()},
            **self.samples,
            **{f"{OVERLAP_PREFIX}{name}": value for name, value in self.overlaps.items()},
            "mean_overlap": self.mean_overlap,
            **{f"{name}{HELD_OUT_SUFFIX}": value for name, value in self.held_out.items()},
            "samples": self.sample_count,
            "weights_sha256": self.weights_sha256,
            "histograms": {name: one.model_dump() for name, one in self.histograms.items()},
            "verdict": self.verdict,
            "answer": self.answer,
        }
        absent: tuple[object, ...] = (None, "", {})
        return {key: value for key, value in content.items() if value not in absent} | self.others


_KINDS: dict[str, TypeAdapter[Any]] = {
    "by_attribute": TypeAdapter(dict[str, float]),
    "baselines": TypeAdapter(dict[str, PredictorBits]),
    "sample_count": TypeAdapter(int),
    "weights_sha256": TypeAdapter(str),
    "histograms": TypeAdapter(dict[str, Histogram]),
    "verdict": TypeAdapter(str),
    "answer": TypeAdapter(str),
}


def _place(key: str) -> tuple[str, str]:
    """Return the field that a key of metrics.json belongs to, and its name within that field."""
    if key == "samples":
        return "sample_count", ""
    if key in _KINDS or key in ("bits_per_note", "mean_overlap"):
        return key, ""
    if key.startswith(OVERLAP_PREFIX):
        return "overlaps", key.removeprefix(OVERLAP_PREFIX)
    if key.endswith(HELD_OUT_SUFFIX):
        return "held_out", key.removesuffix(HELD_OUT_SUFFIX)
    name = key.removesuffix(BITS_SUFFIX)
    return ("top_level_bits", name) if name in TOP_LEVEL_BASELINES else ("samples", key)


def _typed(field: str, value: object) -> Any:
    """Return a value as the type of its field; None if it is of another type."""
    if field not in _KINDS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number else None  # type: ignore[arg-type]
    if field == "verdict" and isinstance(value, Mapping):
        value = value.get("reason")
    try:
        return _KINDS[field].validate_python(value)
    except ValidationError:
        return None
