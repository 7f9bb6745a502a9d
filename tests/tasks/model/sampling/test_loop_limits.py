"""Runs of short periods: counted by hand, and the limits that follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.schemas.sequences import Attribute, SplitIds, Vocabulary
from nocturne.tasks.model.sampling import loop_limits


def _song(pitches: list[int]) -> list[list[int]]:
    return [[1, pitch, number % 3, 0] for number, pitch in enumerate(pitches)]


def _split(*songs: list[int]) -> SplitIds:
    ids = np.array([note for song in songs for note in _song(song)], np.int16)
    return SplitIds(ids, np.cumsum([0, *map(len, songs)]).astype(np.int64))


def test_limits_are_the_longest_runs_of_real_songs(tiny_vocabulary: Vocabulary) -> None:
    # 5 5 5 5: three notes equal the one before, and so on; 1 2 1 2 1 2: four equal the one two back
    split = _split([5, 5, 5, 5, 7], [1, 2, 1, 2, 1, 2, 9])
    assert loop_limits.loop_limits(split, tiny_vocabulary)[:4].tolist() == [3, 4, 1, 2]


def test_a_run_never_goes_from_one_song_into_the_next(tiny_vocabulary: Vocabulary) -> None:
    split = _split([3, 4, 5, 5], [5, 5, 6])
    assert loop_limits.loop_limits(split, tiny_vocabulary)[0] == 1


@pytest.mark.parametrize("notes", [1, 2, 40])
def test_no_runs_or_very_long_ones_set_no_limit(tiny_vocabulary: Vocabulary, notes: int) -> None:
    limits = loop_limits.loop_limits(_split([5] * notes), tiny_vocabulary)
    expected = 1 if notes == 2 else loop_limits.UNLIMITED
    assert limits[0] == expected


def test_a_window_limit_is_how_often_a_window_came_back(tiny_vocabulary: Vocabulary) -> None:
    phrase = [1, 2, 3, 4, 5]
    assert loop_limits.loop_limits(_split(phrase * 4, [6]), tiny_vocabulary)[4] == 3
    assert (
        loop_limits.loop_limits(_split(phrase, phrase, phrase), tiny_vocabulary)[4] == 1
    )  # none at all


def test_windows_further_back_than_the_reach_do_not_count(tiny_vocabulary: Vocabulary) -> None:
    phrase = [8, 9, 10, 11, 8]
    far = [
        n % 7 for n in range(loop_limits.WINDOW_REPEAT_REACH)
    ]  # its own windows come back every 7 notes
    alone = loop_limits.loop_limits(_split(far), tiny_vocabulary)[4]
    assert loop_limits.loop_limits(_split(phrase + far + phrase), tiny_vocabulary)[4] == alone


def test_the_pitch_count_limit_is_how_often_a_pitch_came_back(tiny_vocabulary: Vocabulary) -> None:
    alternating = [1, 2] * 40
    assert loop_limits.loop_limits(_split(alternating), tiny_vocabulary)[5] == 1 + 32
    assert loop_limits.loop_limits(_split([1, 2, 3], [1, 2, 3]), tiny_vocabulary)[5] == 1


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=60), min_size=1, max_size=4))
def test_the_window_repeat_limit_agrees_with_counting_by_hand(songs: list[list[int]]) -> None:
    most = 1
    for song in songs:
        windows = [tuple(song[i : i + 5]) for i in range(len(song) - 4)]
        most = max([most, *(windows[:i].count(w) for i, w in enumerate(windows))])
    vocabulary = Vocabulary(
        scheme="factored",
        attributes=tuple(Attribute(name=n, size=9) for n in ("inter_onset_interval", "pitch")),
        codebooks={},
        fitted_on="",
    )
    notes = [[1, pitch] for song in songs for pitch in song]
    ids = SplitIds(np.array(notes, np.int16), np.cumsum([0, *map(len, songs)]).astype(np.int64))
    expected = most if max(map(len, songs)) >= 5 else loop_limits.NO_WINDOW_REPEAT_LIMIT
    assert loop_limits.loop_limits(ids, vocabulary)[4] == expected
