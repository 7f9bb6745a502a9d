"""Marks in a piano roll for what its axes leave out: shortened rests and far-off notes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.pages.charts.roll_axes import TimeAxis
from nocturne.tasks.pages.formatting import pitch_name

LABEL = "#a9aed6"
BREAK, BREAK_LINES = "#1b1e42", "#3d4379"
MARK_POINTS = 14  # area of a triangle, in square points


def draw_breaks(axes: Any, time: TimeAxis) -> None:
    """Draw a hatched band for every shortened stretch, with the number of its beats."""
    for begin, end in time.breaks:
        left, right = time.places(np.array([begin, end]))
        axes.axvspan(left, right, color=BREAK, linewidth=0, zorder=1.2)
        axes.axvspan(left, right, fill=False, hatch="////", ec=BREAK_LINES, lw=0, zorder=1.3)
        axes.text(
            (left + right) / 2,
            0.5,
            f"{end - begin:.0f} beats",
            transform=axes.get_xaxis_transform(),
            color=LABEL,
            fontsize=6.5,
            rotation=90,
            ha="center",
            va="center",
            zorder=3,
        )


def mark_far(
    axes: Any,
    onset: NDArray[np.float64],
    pitch: NDArray[np.float64],
    colours: NDArray[np.float64],
    low: int,
    high: int,
) -> None:
    """Mark the notes below `low` and above `high` with triangles at the edge, and their names.

    `onset` are places on the time axis; `colours` is [notes, 4].
    """
    for edge, marker, beyond in ((low, "v", pitch < low), (high, "^", pitch > high)):
        edges = np.full(np.count_nonzero(beyond), edge)
        axes.scatter(onset[beyond], edges, MARK_POINTS, colours[beyond], marker=marker, zorder=4)
        _name_far(axes, onset[beyond], pitch[beyond], edge)


def _name_far(axes: Any, onset: NDArray[np.float64], pitch: NDArray[np.float64], edge: int) -> None:
    """Write the names of notes outside the picture beside their marks, where there is room."""
    width = axes.get_xlim()[1]
    free = -1.0
    for place, number in zip(onset.tolist(), pitch.astype(int).tolist(), strict=True):
        if place > free:
            side, shift = ("right", -4) if place > 0.95 * width else ("left", 4)
            axes.annotate(
                pitch_name(number),
                (place, edge),
                (shift, 0),
                textcoords="offset points",
                color=LABEL,
                fontsize=6.5,
                ha=side,
                va="center",
                zorder=4,
            )
            free = place + 0.06 * width
