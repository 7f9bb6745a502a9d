"""The charts of the data-quality report, drawn from the bins of quality.parquet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nocturne.tasks.pages.charts.bars import Labels, counts_chart
from nocturne.tasks.pages.charts.charts import Chart, Tick
from nocturne.tasks.pages.formatting import clock, pitch_name

Bins = Sequence[Mapping[str, Any]]  # rows of one distribution: low, high, count

SEMITONES = 12
TICK_ROOM = 58  # characters of labels under one chart
HIGHEST_TEMPO = 1_000  # bins that reach beyond it have no upper end in words


@dataclass(frozen=True)
class QualityChart:
    """A chart and its table: (bin, count) rows, without bins that are empty."""

    title: str
    chart: Chart
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Kind:
    """How a distribution is drawn: its title, its axes, the name and the left edge of a bin."""

    title: str
    labels: Labels
    name: Callable[[float, float], str]
    edge: Callable[[float], str] = lambda low: f"{low:,.0f}"


def _numbers(low: float, high: float) -> str:
    return f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f} to {high - 1:,.0f}"


def _times(low: float, high: float) -> str:
    return f"{clock(low)} and longer" if high == float("inf") else f"{clock(low)} to {clock(high)}"


def _tempi(low: float, high: float) -> str:
    if high > HIGHEST_TEMPO:
        return f"{low:.0f} and faster"
    return f"{low:.0f} to {high:.0f}" if low else f"slower than {high:.0f}"


KINDS = {
    "notes per song": _Kind("Notes in a song", Labels("notes", "songs"), _numbers),
    "seconds per song": _Kind(
        "Length of a song", Labels("minutes:seconds", "songs"), _times, clock
    ),
    "tempo": _Kind("Tempo at the start", Labels("quarters a minute", "songs"), _tempi),
    "songs per family": _Kind(
        "Versions of one song", Labels("songs that are nearly the same", "groups"), _numbers
    ),
}


def quality_chart(distribution: str, bins: Bins) -> QualityChart | None:
    """Draw a distribution of KINDS from its first to its last filled bin; None if all are empty."""
    kind = KINDS[distribution]
    bins = _filled(bins)
    if not bins:
        return None
    edges = [Tick(i, kind.edge(each["low"])) for i, each in enumerate(bins)]
    names = [kind.name(each["low"], each["high"]) for each in bins]
    return _drawn(kind.title, bins, names, _thinned(edges, len(bins)), kind.labels)


def pitch_charts(bins: Bins) -> tuple[QualityChart, ...]:
    """Draw all notes by octave and by pitch; `bins` are the 128 pitches. Empty without notes."""
    filled = _filled(bins)
    if not filled:
        return ()
    octaves = _filled(_octaves(bins))
    numbers = [int(each["low"]) // SEMITONES - 1 for each in octaves]  # middle C begins octave 4
    names = [f"C{octave} to B{octave}" for octave in numbers]
    ticks = [Tick(i + 0.5, f"C{octave}") for i, octave in enumerate(numbers)]
    pitches = [int(each["low"]) for each in filled]
    lines = [Tick(i + 0.5, _named(p)) for i, p in enumerate(pitches) if p % SEMITONES == 0]
    lines = lines or [Tick(0.5, _named(pitches[0]))]
    octave = Labels("octave, from C up to B; C4 is middle C", "notes")
    pitch = Labels("pitch: its name and its MIDI number", "notes")
    return (
        _drawn("Notes by octave", octaves, names, _thinned(ticks, len(octaves)), octave),
        _drawn(
            "Notes by pitch",
            filled,
            [_named(p) for p in pitches],
            _thinned(lines, len(lines)),
            pitch,
        ),
    )


def _drawn(
    title: str, bins: Bins, names: Sequence[str], ticks: Sequence[Tick], labels: Labels
) -> QualityChart:
    counts = [int(each["count"]) for each in bins]
    rows = tuple(pair for pair in zip(names, counts, strict=True) if pair[1])
    return QualityChart(title, counts_chart(title, counts, names, ticks, labels), rows)


def _filled(bins: Bins) -> Bins:
    """Return the bins from the first to the last that has a count."""
    filled = [i for i, each in enumerate(bins) if each["count"]]
    return bins[filled[0] : filled[-1] + 1] if filled else ()


def _thinned(ticks: Sequence[Tick], bins: int) -> Sequence[Tick]:
    """Return every n-th tick, so that the labels do not overlap."""
    longest = max(len(tick.label) for tick in ticks) + 2
    return ticks[:: max(1, -(-bins * longest // TICK_ROOM))]


def _octaves(pitches: Bins) -> Bins:
    return [
        {
            "low": low,
            "high": low + SEMITONES,
            "count": sum(p["count"] for p in pitches if low <= p["low"] < low + SEMITONES),
        }
        for low in range(0, 128, SEMITONES)
    ]


def _named(pitch: int) -> str:
    return f"{pitch_name(pitch)} ({pitch})"
