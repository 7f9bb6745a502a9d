"""The chart of bits per note, night by night: champion, night's models, baselines, promotions."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime

from nocturne.schemas.model_card import Promotion
from nocturne.schemas.nights import NightRecord
from nocturne.tasks.pages.charts.charts import (
    MOST_MARKS,
    Chart,
    Line,
    Scale,
    left_of,
    polyline,
    upwards,
)
from nocturne.tasks.pages.charts.time_axis import date_ticks, in_days, over_days
from nocturne.tasks.pages.formatting import date_utc
from nocturne.tasks.pages.model_report.tables import finite
from nocturne.tasks.pages.scoreboard.board import Board

Figure = Callable[[NightRecord], float | None]
SERIES: dict[str, tuple[str, Figure]] = {  # by kind of line: its words, its figure
    "composite": ("best n-grams", lambda night: night.composite_bits_per_note),
    "cache": ("n-grams with the song so far", lambda night: night.cache_bits_per_note),
    "champion": ("champion", lambda night: night.champion_bits_per_note),
    "night": ("the night's model", lambda night: night.bits_per_note),
}
OUTLIER = 1.6  # times the largest of the other lines: a worse model is drawn at the upper edge


def points(nights: Sequence[NightRecord], figure: Figure) -> list[tuple[datetime, float]]:
    """Return the finite figures of the nights that have one, with their starts."""
    found = ((night.started, finite(figure(night))) for night in nights)
    return [(when, value) for when, value in found if value is not None]


def bits_chart(board: Board) -> Chart | None:
    """Draw bits per note against the date; None if no night has any."""
    series = {kind: points(board.nights, figure) for kind, (_, figure) in SERIES.items()}
    series = {kind: found for kind, found in series.items() if found}
    if not series:
        return None
    y = _heights(series)
    left = left_of(y.ticks(5))
    x = over_days([night.started for night in board.nights], left)
    lines = [
        dated_line(kind, SERIES[kind][0], found, x, y, " bits") for kind, found in series.items()
    ]
    return Chart(
        title="Bits per note, night by night",
        x_label="start of the night, UTC",
        y_label="bits per note",
        x_ticks=date_ticks(x),
        y_ticks=y.ticks(5),
        lines=(*lines, *_changes(board.changes, series, x, y)),
        left=left,
    )


def _heights(series: dict[str, list[tuple[datetime, float]]]) -> Scale:
    """Return the scale of bits; models far above everything else do not stretch it."""
    values = {kind: [value for _, value in found] for kind, found in series.items()}
    others = [value for kind, found in values.items() if kind != "night" for value in found]
    own = values.get("night", [])
    highest = max([*own, *others])
    high = min(highest, OUTLIER * max(others)) if others else highest
    low = min([*own, *others])
    room = (high - low) * 0.08 or 0.5
    return upwards(max(0.0, low - room), high + room)


def dated_line(
    kind: str,
    words: str,
    found: Sequence[tuple[datetime, float]],
    x: Scale,
    y: Scale,
    unit: str = "",
) -> Line:
    """Return the line of dated values, those above the scale at its upper edge."""
    days = [in_days(when) for when, _ in found]
    heights = [min(value, y.high) for _, value in found]
    marks = tuple(
        (x(day), y(height), f"{words}, {date_utc(when)}: {value:.3f}{unit}")
        for day, height, (when, value) in zip(days, heights, found, strict=True)
    )
    are_shown = len(marks) <= MOST_MARKS
    return Line(kind, words, polyline(days, heights, x, y), marks if are_shown else ())


def _changes(
    changes: Sequence[Promotion],
    series: dict[str, list[tuple[datetime, float]]],
    x: Scale,
    y: Scale,
) -> tuple[Line, ...]:
    """Return dots on the champion's line, or at the bottom, for each change of the champion."""
    line = series.get("champion", [])
    times = [when for when, _ in line]
    dots: dict[str, list[tuple[float, float, str]]] = {"promoted": [], "rolled-back": []}
    for change in changes:
        if not x.low <= in_days(change.at) <= x.high:
            continue
        # A night that promotes writes its record afterwards, with the new champion's bits.
        place = min(bisect_right(times, change.at), len(line) - 1)
        height = min(line[place][1], y.high) if line else y.low
        kind = "rolled-back" if change.by == "rollback" else "promoted"
        tip = f"{date_utc(change.at)}: {change.model_id}, by {change.by}: {change.reason}"
        dots[kind].append((x(in_days(change.at)), y(height), tip))
    words = {"promoted": "promotion", "rolled-back": "roll-back"}
    return tuple(Line(kind, words[kind], "", tuple(some)) for kind, some in dots.items() if some)
