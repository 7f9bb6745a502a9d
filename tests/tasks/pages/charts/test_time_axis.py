"""Dates on an axis: midnights on a short one, first days of months on a long one."""

from datetime import UTC, datetime, timedelta

import pytest

from nocturne.tasks.pages.charts.time_axis import date_ticks, in_days, over_days

START = datetime(2026, 3, 1, 2, tzinfo=UTC)


def labels(days: float) -> list[str]:
    return [tick.label for tick in date_ticks(over_days([START, START + timedelta(days=days)]))]


def test_a_time_is_a_number_of_days() -> None:
    assert in_days(datetime(1970, 1, 3, 12, tzinfo=UTC)) == 2.5


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, ["1 Mar"]),
        (1, ["1 Mar", "2 Mar"]),
        (10, ["1 Mar", "3 Mar", "5 Mar", "7 Mar", "9 Mar", "11 Mar"]),
        (110, ["28 Feb", "19 Mar", "7 Apr", "26 Apr", "15 May", "3 Jun"]),
        (364, ["Mar 2026", "Jun 2026", "Sep 2026", "Dec 2026", "Mar 2027"]),
        (3650, ["Mar 2026", "Dec 2027", "Sep 2029", "Jun 2031", "Mar 2033", "Dec 2034"]),
    ],
)
def test_an_axis_names_about_six_dates(days: int, expected: list[str]) -> None:
    assert labels(days) == expected


def test_a_single_time_stands_in_the_middle_of_its_axis() -> None:
    x = over_days([START])
    assert x(in_days(START)) == (x.begin + x.end) / 2
