"""Reading metrics.json for people: any figure may be missing, and nothing is made up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Metrics = Mapping[str, Any]

NOT_MEASURED = "not measured"
HELD_OUT = "_held_out"
# Rising strength, as they stand in the table; Kneser-Ney models carry their order in the name.
BASELINES = {
    "uniform": "all categories alike",
    "unigram": "how common each value is",
    "bigram": "the value before",
    "kneser_ney": "interpolated n-grams",
    "composite": "the best n-gram of each attribute",
    "cache": "the composite, with counts of the song so far",
}
ACRONYMS = {"ioi": "IOI", "kneser": "Kneser", "ney": "Ney"}


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


def number(value: object) -> float | None:
    """Return a finite number; None for anything else, a NaN among them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def figure(metrics: Metrics, key: str) -> float | None:
    """Return one figure of metrics.json, or None where it is missing or no number."""
    return number(metrics.get(key))


def mapping(value: object) -> Mapping[str, Any]:
    """Return `value` if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def shown(value: float | None, spec: str = ".2f") -> str:
    """Return a figure as text."""
    return NOT_MEASURED if value is None else format(value, spec)


def label(name: str) -> str:
    """Return a key as people write it: kneser_ney_own_5 is Kneser Ney own 5."""
    words = [ACRONYMS.get(word, word) for word in name.split("_")]
    text = " ".join(words).replace("Kneser Ney", "Kneser-Ney").replace("inter onset", "inter-onset")
    return text[:1].upper() + text[1:]


def baselines(metrics: Metrics) -> dict[str, Mapping[str, Any]]:
    """Return every baseline by name, weakest kind first, with the two that must be beaten."""
    found = {name: mapping(value) for name, value in mapping(metrics.get("baselines")).items()}
    for name in ("composite", "cache"):
        whole = figure(metrics, f"{name}_bits_per_note")
        if whole is not None and number(found.get(name, {}).get("bits_per_note")) is None:
            found[name] = {**found.get(name, {}), "bits_per_note": whole}
    kinds = list(BASELINES)
    return dict(sorted(found.items(), key=lambda item: kinds.index(_kind(item[0]) or kinds[-1])))


def _kind(name: str) -> str | None:
    return next((kind for kind in BASELINES if name.startswith(kind)), None)


def baseline_bits(metrics: Metrics, name: str) -> float | None:
    """Return the bits per note of one baseline."""
    return number(baselines(metrics).get(name, {}).get("bits_per_note"))


def bits_table(metrics: Metrics) -> BitsTable:
    """Return the model beside every baseline, whole and by attribute."""
    against = baselines(metrics)
    everyone = [metrics, *against.values()]
    names = dict.fromkeys(name for entry in everyone for name in mapping(entry.get("by_attribute")))
    model = _bits(metrics, tuple(names))
    rows = [BitsRow("This model", "", tuple(Cell(bits, None) for bits in model))]
    for name, entry in against.items():
        about = BASELINES.get(_kind(name) or "", "")
        pairs = zip(_bits(entry, tuple(names)), model, strict=True)
        cells = tuple(Cell(bits, _minus(bits, own)) for bits, own in pairs)
        rows.append(BitsRow(label(name), about, cells))
    return BitsTable(tuple(label(name) for name in names), tuple(rows))


def _bits(entry: Mapping[str, Any], names: tuple[str, ...]) -> list[float | None]:
    by_attribute = mapping(entry.get("by_attribute"))
    return [figure(entry, "bits_per_note"), *(number(by_attribute.get(name)) for name in names)]


def _minus(more: float | None, less: float | None) -> float | None:
    return None if more is None or less is None else more - less
