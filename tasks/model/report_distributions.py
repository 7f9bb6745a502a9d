"""Distributions of samples beside held-out music: the charts and their overlaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.model.report_charts import Chart, histogram
from tasks.model.report_figures import Metrics, label, mapping, number
from tasks.model.report_samples import overlaps

PITCH_CLASSES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
MOST_BINS = 96  # more would be thinner than a line
MOST_NAMES = 12  # under one chart
ALIASES = {"ioi": "inter_onset_interval"}
TITLES = {"ioi": "Inter-onset interval"}
# What a bin is where metrics.json gives bins no `labels` or `values`.
UNITS = {"pitch": "pitch", "pitch_class": "pitch class", "interval": "semitones to the next note"}


@dataclass(frozen=True)
class Distribution:
    """One distribution: its overlap, 0..1, and its chart; either may be missing."""

    title: str
    overlap: float | None
    chart: Chart | None


def distributions(metrics: Metrics) -> tuple[Distribution, ...]:
    """Return every distribution that has an overlap or a histogram, the agreed five always."""
    histograms = mapping(metrics.get("histograms"))
    found = []
    for name, overlap in overlaps(metrics).items():
        title = TITLES.get(name, label(name))
        entry = mapping(histograms.get(name) or histograms.get(ALIASES.get(name, name)))
        found.append(Distribution(title, overlap, _chart(name, title, entry)))
    return tuple(found)


def _chart(name: str, title: str, entry: Mapping[str, Any]) -> Chart | None:
    """Draw `samples` and `held_out`, lists of counts or shares of the same bins."""
    samples, held_out = _counts(entry.get("samples")), _counts(entry.get("held_out"))
    if not sum(samples) or not sum(held_out):
        return None
    bins = max(len(samples), len(held_out))
    names = _names(name, entry, bins)
    shares = [_shares(counts, bins) for counts in (samples, held_out)]
    low, high = (0, 12) if name == "pitch_class" and bins == 12 else _used(shares)
    width = -(-(high - low) // MOST_BINS)
    names = [_joined(names[i : min(i + width, high)]) for i in range(low, high, width)]
    first, second = ([sum(s[i : i + width]) for i in range(low, high, width)] for s in shares)
    unit = str(entry.get("unit") or UNITS.get(name, "category, shortest first"))
    return histogram(title, (first, second), names, _named(name, names, low), unit)


def _counts(value: object) -> list[float]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [max(0.0, number(count) or 0.0) for count in value]


def _shares(counts: list[float], bins: int) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] + [0.0] * (bins - len(counts))


def _used(shares: list[list[float]]) -> tuple[int, int]:
    """Return the range of bins outside which nothing occurs."""
    used = [i for i, pair in enumerate(zip(*shares, strict=True)) if any(pair)]
    return used[0], used[-1] + 1


def _names(name: str, entry: Mapping[str, Any], bins: int) -> list[str]:
    given = entry.get("labels") or entry.get("values")
    if isinstance(given, Sequence) and not isinstance(given, str) and len(given) >= bins:
        return [f"{one:g}" if isinstance(one, float) else str(one) for one in given[:bins]]
    if name == "pitch_class" and bins == 12:
        return list(PITCH_CLASSES)
    if name == "pitch" and bins == 128:
        return [f"{PITCH_CLASSES[i % 12]}{i // 12 - 1}" for i in range(bins)]
    if name == "interval" and bins % 2:  # symmetric about no interval
        return [f"{i - bins // 2:+d}" if i != bins // 2 else "0" for i in range(bins)]
    return [str(i) for i in range(bins)]


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _named(name: str, names: list[str], low: int) -> Any:
    """Say which bins have their name shown: the Cs of pitches, else evenly spread ones."""
    if name == "pitch" and "C4" in names:
        return lambda i: names[i].startswith("C") and "♯" not in names[i]
    every = -(-len(names) // MOST_NAMES)
    middle = names.index("0") if "0" in names else -low
    return lambda i: (i - middle) % every == 0
