"""Distributions of samples beside held-out music: the charts and their overlaps."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from nocturne.schemas.metrics import Histogram, ModelMetrics
from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.pages.charts.bars import JOINED, histogram
from nocturne.tasks.pages.charts.charts import Chart
from nocturne.tasks.pages.formatting import PITCH_CLASSES, pitch_name
from nocturne.tasks.pages.model_report.tables import label, overlaps

MOST_BINS = 96  # more would be thinner than a line
MOST_NAMES = 12  # under one chart
LARGEST_DENOMINATOR = 24  # of a length that is written as a fraction


@dataclass(frozen=True)
class Distribution:
    """One distribution: its overlap, 0..1, and its chart; either may be missing."""

    title: str
    overlap: float | None
    chart: Chart | None


@dataclass(frozen=True)
class _Kind:
    """How a feature is drawn; `whole` features show every number between lowest and highest."""

    x_label: str
    name: Callable[[int], str]
    whole: bool = True


def quarters(ticks: int) -> str:
    """Return a length in quarters, as a fraction where it is a simple one: 240 is 1/2."""
    exact = Fraction(ticks, TICKS_PER_QUARTER)
    return str(exact) if exact.denominator <= LARGEST_DENOMINATOR else f"{float(exact):.2f}"


_LENGTH = _Kind("quarters", quarters, whole=False)
_OTHER = _Kind("value", str, whole=False)
_KINDS = {
    "pitch": _Kind("pitch", pitch_name),
    "pitch_class": _Kind("pitch class", lambda value: PITCH_CLASSES[value % 12]),
    "interval": _Kind("semitones to the next note", lambda value: f"{value:+d}" if value else "0"),
    "inter_onset_interval": _LENGTH,
    "duration": _LENGTH,
}


def distributions(metrics: ModelMetrics) -> tuple[Distribution, ...]:
    """Return the distribution of every known feature, and of others that have an overlap."""
    found = []
    for name, overlap in overlaps(metrics).items():
        histogram_of_feature = metrics.histograms.get(name)
        kind, chart = _KINDS.get(name, _OTHER), None
        if histogram_of_feature is not None:
            chart = _chart(label(name), kind, histogram_of_feature)
        found.append(Distribution(label(name), overlap, chart))
    return tuple(found)


def _chart(title: str, kind: _Kind, counted: Histogram) -> Chart | None:
    """Draw samples as bars and held-out songs as an outline; None where either has no notes."""
    sides = tuple(_shares(counted.values, counts) for counts in (counted.samples, counted.held_out))
    if not all(sides):
        return None
    values = sorted({value for side in sides for value in side})
    if kind is _KINDS["pitch_class"]:
        values = list(range(12))
    elif kind.whole:
        values = list(range(values[0], values[-1] + 1))
    width = -(-len(values) // MOST_BINS)
    bins = [values[i : i + width] for i in range(0, len(values), width)]
    shares = [[sum(side.get(value, 0.0) for value in bin_) for bin_ in bins] for side in sides]
    names = [JOINED.join(dict.fromkeys((kind.name(bin_[0]), kind.name(bin_[-1])))) for bin_ in bins]
    return histogram(title, (shares[0], shares[1]), names, _named(values, width), kind.x_label)


def _shares(values: list[int], counts: list[int]) -> dict[int, float]:
    """Return the share of each value that occurs."""
    found = {value: count for value, count in zip(values, counts, strict=False) if count > 0}
    total = sum(found.values())
    return {value: count / total for value, count in found.items()}


def _named(values: list[int], width: int) -> Callable[[int], bool]:
    """Say which bins have their name shown: an octave or a few apart, the 0 among them."""
    bins = -(-len(values) // width)
    every = next((n for n in (1, 2, 3, 6, 12) if bins <= n * MOST_NAMES), -(-bins // MOST_NAMES))
    origin = -values[0] if values == list(range(values[0], values[-1] + 1)) and width == 1 else 0
    return lambda i: (i - origin) % every == 0
