"""Repeated notes are left out whichever shard is first ready, and nobody waits for ever."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nocturne.tasks.corpus.notes.seen_notes import SeenNotes


def test_earlier_shards_and_earlier_rows_win() -> None:
    seen = SeenNotes()
    assert seen.repeated(1, ["a", None, "b", "b"]) == [False, False, False, True]
    assert seen.repeated(0, ["b", "c", None]) == [False, False, False]
    assert seen.repeated(2, ["c", "b", "d", "a"]) == [True, True, False, True]


def test_a_shard_waits_for_an_earlier_one_and_not_for_a_later_one() -> None:
    seen = SeenNotes()
    with (
        ThreadPoolExecutor(1) as thread,
        seen.under_way(2),
        seen.under_way(0),
        seen.under_way(1),
    ):
        later = thread.submit(seen.repeated, 1, ["a"])
        time.sleep(0.05)
        assert not later.done()
        assert seen.repeated(0, ["a"]) == [False]
        assert later.result(5) == [True]


def test_a_shard_that_fails_holds_nobody_up() -> None:
    seen = SeenNotes()
    begun = threading.Event()

    def fail() -> None:
        with seen.under_way(0):
            begun.set()
            time.sleep(0.05)
            raise OSError("disk full")

    with ThreadPoolExecutor(1) as thread:
        failing = thread.submit(fail)
        begun.wait(5)
        assert seen.repeated(1, ["a"]) == [False]
        with pytest.raises(OSError, match="disk full"):
            failing.result(5)


def test_shards_in_any_number_of_threads_leave_out_what_one_thread_does() -> None:
    rng = random.Random(1)
    shards = [[f"{rng.randrange(300)}" for _ in range(30)] for _ in range(20)]
    taken: set[str] = set()
    expected = []
    for shard in shards:
        row = []
        for digest in shard:
            row.append(digest in taken)
            taken.add(digest)
        expected.append(row)
    seen = SeenNotes()

    def run(index: int) -> list[bool]:
        with seen.under_way(index):
            time.sleep(random.Random(index).random() / 100)
            return seen.repeated(index, shards[index])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(run, range(20))) == expected
