"""Numbers, names and times as people read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from nocturne.tasks.pages.formatting import (
    clock,
    counted,
    date_utc,
    duration,
    format_figure,
    instrument_name,
    pitch_name,
)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (64, "1:04")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (95, "1 min 35 s"), (7_260, "2 h 1 min")]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts_have_their_noun() -> None:
    assert counted(1, "song") == "1 song"
    assert counted(2009, "song") == "2,009 songs"
    assert [counted(n, "corpus", "corpora") for n in (0, 1, 2)] == [
        "0 corpora",
        "1 corpus",
        "2 corpora",
    ]


def test_dates_are_in_utc() -> None:
    assert date_utc(datetime(2026, 11, 22, 3, 0, tzinfo=UTC)) == "2026-11-22 03:00"
    west = timezone(timedelta(hours=-5))
    assert date_utc(datetime(2026, 11, 22, 22, 0, tzinfo=west)) == "2026-11-23 03:00"


def test_names_of_pitches_and_instruments() -> None:
    names = [pitch_name(p) for p in (0, 21, 60, 61, 127)]
    assert names == ["C-1", "A0", "C4", "C♯4", "G9"]
    assert [instrument_name(p) for p in (0, 73)] == ["Acoustic Grand Piano", "Flute"]


def test_a_figure_that_is_missing_says_so() -> None:
    assert [format_figure(1.234), format_figure(0.5, ".0%"), format_figure(None)] == [
        "1.23",
        "50%",
        "not measured",
    ]
