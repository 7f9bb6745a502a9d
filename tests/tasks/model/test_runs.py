"""Runs of short periods: counted by hand, and the limits that follow."""

import numpy as np
import pytest

from schemas.sequences import Vocabulary
from tasks.model import runs
from tasks.storage.sequences import SplitIds


def _song(pitches: list[int]) -> list[list[int]]:
    return [[1, pitch, number % 3, 0] for number, pitch in enumerate(pitches)]


def _split(*songs: list[int]) -> SplitIds:
    ids = np.array([note for song in songs for note in _song(song)], np.int16)
    return SplitIds(ids, np.cumsum([0, *map(len, songs)]).astype(np.int64))


def test_limits_are_the_longest_runs_of_real_songs(tiny_vocabulary: Vocabulary) -> None:
    # 5 5 5 5: three notes equal the one before, and so on; 1 2 1 2 1 2: four equal the one two back
    split = _split([5, 5, 5, 5, 7], [1, 2, 1, 2, 1, 2, 9])
    assert runs.run_limits(split, tiny_vocabulary).tolist() == [3, 4, 1, 2]


def test_a_run_never_goes_from_one_song_into_the_next(tiny_vocabulary: Vocabulary) -> None:
    split = _split([3, 4, 5, 5], [5, 5, 6])
    assert runs.run_limits(split, tiny_vocabulary)[0] == 1


@pytest.mark.parametrize("notes", [1, 2, 40])
def test_no_runs_or_very_long_ones_set_no_limit(tiny_vocabulary: Vocabulary, notes: int) -> None:
    limits = runs.run_limits(_split([5] * notes), tiny_vocabulary)
    expected = 1 if notes == 2 else runs.UNLIMITED
    assert limits[0] == expected
