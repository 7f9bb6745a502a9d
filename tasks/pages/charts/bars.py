"""Bar charts: counts of bins, and distributions of samples beside held-out music."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nocturne.tasks.pages.charts.charts import (
    Bar,
    Chart,
    Line,
    Scale,
    Tick,
    across,
    left_of,
    polyline,
    upwards,
)

JOINED = " to "  # in the name of a bin of several values; an axis shows the first value
MOST_LABELS = 26  # bars with their counts on them: more would overlap
ROOM_FOR_LABELS = 1.35  # over the highest bar, for a turned label


@dataclass(frozen=True)
class Labels:
    """The names of the two axes."""

    x: str
    y: str


def counts_chart(
    title: str, counts: Sequence[int], names: Sequence[str], ticks: Sequence[Tick], labels: Labels
) -> Chart:
    """Draw counts of consecutive bins as bars, with each count on its bar if there is room.

    `names` has the name of every bin; ticks are placed in bins: 0 is the left edge of the first.
    """
    y = upwards(0, max(*counts, 1) * ROOM_FOR_LABELS)
    y_ticks = y.ticks(4)
    left = left_of(y_ticks, least=0)
    x = across(0, len(counts), left=left)
    is_labelled = len(counts) <= MOST_LABELS
    bars = tuple(
        _bar(x, y, i, count, f"{name}: {count:,}", f"{count:,}" if is_labelled and count else "")
        for i, (name, count) in enumerate(zip(names, counts, strict=True))
    )
    return Chart(
        title=title,
        x_label=labels.x,
        y_label=labels.y,
        x_ticks=tuple(Tick(x(tick.at), tick.label) for tick in ticks),
        y_ticks=y_ticks,
        lines=(),
        bars=bars,
        left=left,
    )


def histogram(
    title: str,
    shares: tuple[Sequence[float], Sequence[float]],
    names: Sequence[str],
    ticks: Callable[[int], bool],
    x_label: str,
) -> Chart:
    """Draw samples as bars and held-out music as a stepped outline over them.

    `shares` are both distributions, [bins]; `ticks` tells of a bin whether its name is shown.
    """
    samples, held_out = shares
    x, y = across(0, len(names)), upwards(0, max(*samples, *held_out, 1e-9) * 1.05)
    bars = tuple(
        _bar(x, y, i, share, f"{names[i]}: samples {share:.1%}, held-out music {real:.1%}")
        for i, (share, real) in enumerate(zip(samples, held_out, strict=True))
    )
    xs = [edge for i in range(len(names)) for edge in (i, i + 1)]
    ys = [share for share in held_out for _ in range(2)]
    outline = polyline([0, *xs, len(names)], [0, *ys, 0], x, y)
    return Chart(
        title=title,
        x_label=x_label,
        y_label="share of notes, %",
        x_ticks=tuple(
            Tick(x(i + 0.5), name.partition(JOINED)[0]) for i, name in enumerate(names) if ticks(i)
        ),
        y_ticks=y.ticks(4, 100),
        lines=(Line("held-out", "held-out music", outline),),
        bars=bars,
        bars_label="samples",
    )


def _bar(x: Scale, y: Scale, index: int, value: float, tip: str, label: str = "") -> Bar:
    """Return a bar from 0 up to `value` over the bin `index`, with a gap to its neighbours."""
    left, right = x(index + 0.08), x(index + 0.92)
    return Bar(left, y(value), round(right - left, 2), round(y(0) - y(value), 2), tip, label)
