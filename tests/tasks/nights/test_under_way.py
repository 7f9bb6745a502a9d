"""A night that ends without a word still gets its record, and one that runs is left alone."""

import pytest

from nocturne.schemas.errors import BusyError
from nocturne.tasks.nights.records import read_nights, write_night
from nocturne.tasks.nights.under_way import CRASHED, night_under_way, note_crashed_nights
from nocturne.tasks.storage.root import Root
from tests.tasks.nights.nights_for_tests import night

BEGUN = night(0, outcome="crashed", reason="")


def marks(root: Root) -> list[str]:
    return root.files("nights/tunes/under-way")


def test_a_night_that_wrote_its_record_leaves_no_mark(root: Root) -> None:
    with night_under_way(root, BEGUN):
        assert marks(root) == ["nights/tunes/under-way/20260301T020000.000Z-00000000.json"]
        assert read_nights(root) == ([], [])  # it is no record yet
        write_night(root, night(0))
    assert marks(root) == []
    assert read_nights(root) == ([night(0)], [])
    assert note_crashed_nights(root, "tunes") == []


def test_a_failed_night_that_wrote_its_record_leaves_no_mark(root: Root) -> None:
    with pytest.raises(KeyError), night_under_way(root, BEGUN):
        write_night(root, night(0, outcome="failed"))
        raise KeyError
    assert marks(root) == []


def test_a_night_that_ended_without_a_word_is_noted_as_crashed(root: Root) -> None:
    with night_under_way(root, BEGUN):
        pass  # as after kill -9: the mark stays, and the lock is free
    assert len(marks(root)) == 1
    crashed = night(0, outcome="crashed", reason=CRASHED)
    assert note_crashed_nights(root, "tunes") == [crashed]
    assert (read_nights(root), marks(root)) == (([crashed], []), [])
    assert note_crashed_nights(root, "tunes") == []


def test_a_night_that_was_killed_after_its_record_keeps_it(root: Root) -> None:
    with night_under_way(root, BEGUN):
        pass
    write_night(root, night(0))
    assert note_crashed_nights(root, "tunes") == []
    assert (read_nights(root), marks(root)) == (([night(0)], []), [])


def test_a_night_that_runs_is_left_alone(root: Root) -> None:
    with night_under_way(root, BEGUN):
        assert note_crashed_nights(root, "tunes") == []
        assert len(marks(root)) == 1
        with pytest.raises(BusyError), night_under_way(root, BEGUN):
            pass
        write_night(root, night(0))


def test_a_damaged_mark_is_cleared(root: Root) -> None:
    root.write_bytes("nights/tunes/under-way/x.json", b"{")
    assert note_crashed_nights(root, "tunes") == []
    assert marks(root) == []
