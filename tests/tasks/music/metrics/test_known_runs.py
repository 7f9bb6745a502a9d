"""Runs of known music are found by digests exactly where they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.music.metrics.copied_runs import longest_shared_runs
from nocturne.tasks.music.metrics.known_runs import KnownRuns

steps = st.lists(st.integers(0, 3), max_size=20).map(lambda values: np.array(values, np.int64))


def test_every_run_of_known_music_is_found_and_no_other() -> None:
    known = KnownRuns([np.array([1, 2, 3, 4, 5]), np.array([9])], 3)
    assert known.are_in(np.array([7, 1, 2, 3, 4, 8])).tolist() == [False, True, True, False]
    assert known.are_in(np.array([3, 2, 1])).tolist() == [False]
    assert known.are_in(np.array([1, 2])).tolist() == []
    assert not KnownRuns([], 3).are_in(np.array([1, 2, 3])).any()


@given(piece=steps, songs=st.lists(steps, min_size=1, max_size=4), length=st.integers(1, 6))
def test_a_run_is_known_exactly_if_the_longest_shared_run_is_as_long(
    piece: np.ndarray, songs: list[np.ndarray], length: int
) -> None:
    (longest,) = longest_shared_runs([piece], songs)
    assert KnownRuns(songs, length).are_in(piece).any() == (longest >= length)
