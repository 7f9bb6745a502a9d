"""Charts over days: where a time lies, and the dates that an axis names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from nocturne.tasks.pages.charts.charts import LEFT, Scale, Tick, across

SECONDS_PER_DAY = 86_400
MOST_DAYS_BY_DAY = 120  # a longer axis names months
ABOUT_TICKS = 6
MOST_ROOM_DAYS = 5.0  # before the first time and after the last


def in_days(when: datetime) -> float:
    """Return a time as days since 1970, UTC."""
    return when.timestamp() / SECONDS_PER_DAY


def over_days(times: Sequence[datetime], left: int = LEFT) -> Scale:
    """Return a scale from the first to the last time, in days; a day around a single one.

    `left` is the room left of it.
    """
    days = [in_days(when) for when in times]
    room = min(MOST_ROOM_DAYS, max(0.5, (max(days) - min(days)) * 0.01))
    return across(min(days) - room, max(days) + room, left=left)


def date_ticks(x: Scale) -> tuple[Tick, ...]:
    """Return some dates of the axis: midnights, or first days of months on a long one."""
    if x.high - x.low > MOST_DAYS_BY_DAY:
        return _months(x)
    step = max(1, ceil((x.high - x.low) / ABOUT_TICKS))
    days = range(ceil(x.low), int(x.high) + 1, step)
    return tuple(Tick(x(day), f"{_date(day).day} {_date(day):%b}") for day in days)


def _months(x: Scale) -> tuple[Tick, ...]:
    first = _date(ceil(x.low))
    months = [first.replace(day=1)]
    while in_days(months[-1]) <= x.high:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    shown = [month for month in months if x.low <= in_days(month) <= x.high]
    every = ceil(len(shown) / ABOUT_TICKS)
    return tuple(Tick(x(in_days(month)), f"{month:%b %Y}") for month in shown[::every])


def _date(day: int) -> datetime:
    return datetime.fromtimestamp(day * SECONDS_PER_DAY, UTC)
