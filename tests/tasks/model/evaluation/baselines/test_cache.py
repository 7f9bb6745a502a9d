"""The song so far, against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.model.evaluation.baselines.cache import earlier, with_song_so_far
from nocturne.tasks.model.evaluation.baselines.streams import Stream, note_row
from tests.tasks.model.evaluation.baselines.brute_force import song_so_far
from tests.tasks.model.evaluation.baselines.corpora import SIZES, random_songs, split_of

SONGS = random_songs(4, (40, 1, 55, 30))


def test_earlier_counts_equal_elements_before() -> None:
    assert earlier(np.array([5, 2, 5, 5, 2, 9])).tolist() == [0, 0, 1, 2, 1, 0]


@pytest.mark.parametrize("stream", ["own", "interleaved"])
@pytest.mark.parametrize("attribute", range(len(SIZES)))
def test_equals_the_definition(stream: Stream, attribute: int) -> None:
    row = note_row([], [split_of(SONGS)], SIZES)
    start = np.random.default_rng(0).uniform(0.1, 0.9, len(row.ids))
    mixed, weights = with_song_so_far(row, attribute, stream, 5, start, 96)
    assert len(weights) == 5
    begins = np.cumsum([0, *(len(song) for song in SONGS)])
    expected = [
        p
        for song, begin in zip(SONGS, begins[:-1], strict=True)
        for p in song_so_far(
            song, attribute, stream, start[begin : begin + len(song)].tolist(), weights
        )
    ]
    np.testing.assert_allclose(mixed, expected, rtol=0, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    attribute=st.integers(0, 2),
    stream=st.sampled_from(["own", "interleaved"]),
)
def test_is_a_distribution(seed: int, attribute: int, stream: Stream) -> None:
    known, size = 15, SIZES[attribute]
    song = random_songs(seed, (known + 1,))[0]
    songs = []
    for value in range(size):
        songs.append(song.copy())
        songs[-1][-1, attribute] = value
    row = note_row([], [split_of(songs)], SIZES)
    start = np.full(len(row.ids), 1 / size)
    mixed, _ = with_song_so_far(row, attribute, stream, 8, start, len(row.ids) - 1)
    assert np.all(mixed > 0)
    assert abs(mixed[known :: known + 1].sum() - 1) < 1e-12


def test_a_song_that_repeats_itself_becomes_certain() -> None:
    song = np.tile(np.array([[0], [2], [1], [3]], np.int16), (25, 1))
    row = note_row([], [split_of([song])], (4,))
    mixed, weights = with_song_so_far(row, 0, "own", 3, np.full(100, 0.25), 100)
    assert min(weights) == 0.05
    assert np.all(mixed[:4] <= 0.25)
    assert np.all(mixed[8:] > 0.9)


def test_weights_are_chosen_on_the_leading_notes_only() -> None:
    row = note_row([], [split_of(SONGS)], SIZES)
    other = [SONGS[0], SONGS[1], SONGS[2] * 0, SONGS[3] * 0]
    changed = note_row([], [split_of(other)], SIZES)
    start = np.full(len(row.ids), 0.2)
    _, weights = with_song_so_far(row, 1, "own", 6, start, 41)
    _, same = with_song_so_far(changed, 1, "own", 6, start, 41)
    assert weights == same
