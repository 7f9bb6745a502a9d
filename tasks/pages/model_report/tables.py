"""The tables of a report: bits per note beside baselines, samples beside held-out songs.

Any figure may be missing; a table then says "not measured".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from nocturne.schemas.metrics import ModelMetrics, PredictorBits
from nocturne.tasks.music.metrics import METRICS
from nocturne.tasks.music.metrics.metric import Metric
from nocturne.tasks.music.metrics.overlap import FEATURES
from nocturne.tasks.pages.formatting import format_figure

# By rising strength, as in the table; the names of Kneser-Ney models end in their order.
BASELINES = {
    "uniform": "all categories alike",
    "unigram": "how common each value is",
    "bigram": "the value before",
    "kneser_ney": "interpolated n-grams",
    "composite": "the best n-gram of each attribute",
    "cache": "the composite, with counts of the song so far",
}
SPELLINGS = {
    "kneser ney": "Kneser-Ney",
    "inter onset": "inter-onset",
}


@dataclass(frozen=True)
class Cell:
    """Bits per note, and how many more than the model needs; None is not measured."""

    bits: float | None
    more: float | None


@dataclass(frozen=True)
class BitsRow:
    """One predictor: the whole note first, then each attribute."""

    label: str
    about: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class BitsTable:
    """The model, then its baselines; `attributes` names the cells after the first."""

    attributes: tuple[str, ...]
    rows: tuple[BitsRow, ...]


@dataclass(frozen=True)
class Compared:
    """One figure of the samples beside the same figure of held-out songs, as text."""

    label: str
    about: str
    samples: str
    held_out: str


def finite(value: float | None) -> float | None:
    """Return a finite number as it is; None for NaN, infinity and None."""
    return value if value is not None and math.isfinite(value) else None


def label(name: str) -> str:
    """Return a key as people write it: kneser_ney_own_5 is Kneser-Ney own 5."""
    text = name.replace("_", " ")
    for key, spelling in SPELLINGS.items():
        text = text.replace(key, spelling)
    return text[:1].upper() + text[1:]


def baseline_bits(metrics: ModelMetrics, name: str) -> float | None:
    """Return the bits per note of one baseline, if they are finite."""
    return finite(metrics.baseline_bits(name))


def bits_table(metrics: ModelMetrics) -> BitsTable:
    """Return the model beside every baseline, whole and by attribute."""
    model = PredictorBits(bits_per_note=metrics.bits_per_note, by_attribute=metrics.by_attribute)
    baselines = dict(sorted(metrics.baselines.items(), key=lambda item: _strength(item[0])))
    names = tuple(
        dict.fromkeys(name for bits in (model, *baselines.values()) for name in bits.by_attribute)
    )
    own = _bits(model, names)
    rows = [BitsRow("This model", "", tuple(Cell(bits, None) for bits in own))]
    for name, baseline in baselines.items():
        pairs = zip(_bits(baseline, names), own, strict=True)
        cells = tuple(Cell(bits, _minus(bits, model_bits)) for bits, model_bits in pairs)
        rows.append(BitsRow(label(name), BASELINES.get(_kind(name), ""), cells))
    return BitsTable(tuple(label(name) for name in names), tuple(rows))


def compared(metrics: ModelMetrics) -> tuple[Compared, ...]:
    """Return every figure that samples and held-out songs can share, those of METRICS first."""
    known = [name for name, one in METRICS.items() if one.essential or name in metrics.samples]
    rows = []
    for name in dict.fromkeys([*known, *metrics.held_out]):
        metric = METRICS.get(name, Metric(name, ".3g", ""))
        texts = (
            format_figure(finite(figures.get(name)), metric.format)
            for figures in (metrics.samples, metrics.held_out)
        )
        rows.append(Compared(title_of(metric), metric.meaning, *texts))
    return tuple(rows)


def title_of(metric: Metric) -> str:
    """Return the name of a metric as people write it."""
    return metric.title or label(metric.name)


def overlaps(metrics: ModelMetrics) -> dict[str, float | None]:
    """Return the overlap of every distribution, 0 to 1, those of FEATURES first."""
    names = dict.fromkeys([*FEATURES, *metrics.overlaps])
    return {name: finite(metrics.overlaps.get(name)) for name in names}


def other_figures(metrics: ModelMetrics) -> tuple[tuple[str, str], ...]:
    """Return every figure of the samples that no other part of a report shows."""
    return tuple(
        (label(name), f"{value:.4g}")
        for name, value in metrics.samples.items()
        if name not in METRICS and name not in metrics.held_out and math.isfinite(value)
    )


def _kind(name: str) -> str:
    return next((kind for kind in BASELINES if name.startswith(kind)), "")


def _strength(name: str) -> int:
    kinds = [*BASELINES]
    return kinds.index(_kind(name) or kinds[-1])


def _bits(predictor: PredictorBits, names: tuple[str, ...]) -> list[float | None]:
    by_attribute: Mapping[str, float] = predictor.by_attribute
    return [finite(predictor.bits_per_note), *(finite(by_attribute.get(name)) for name in names)]


def _minus(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else more - less
