"""Charts of counts: bars with their counts on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from nocturne.tasks.pages.charts.charts import (
    FIGURE_WIDTH,
    Chart,
    Tick,
    across,
    standing_bar,
    upwards,
)

LEFT_OF_LABELS = 30  # for the name of the axis
MOST_LABELS = 26  # bars with their counts on them: more would overlap
ROOM_FOR_LABELS = 1.35  # over the highest bar, for a turned label


@dataclass(frozen=True)
class Labels:
    """What the two axes show."""

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
    left = round(LEFT_OF_LABELS + 1.15 * FIGURE_WIDTH * max(len(tick.label) for tick in y_ticks))
    x = across(0, len(counts), left=left)
    is_labelled = len(counts) <= MOST_LABELS
    bars = tuple(
        standing_bar(
            x, y, i, count, f"{name}: {count:,}", f"{count:,}" if is_labelled and count else ""
        )
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
