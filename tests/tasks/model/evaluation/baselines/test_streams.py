"""Contexts: what comes before what, on small songs written out by hand."""

import numpy as np
import pytest

from nocturne.tasks.model.evaluation.baselines.streams import (
    dense,
    levels,
    limited,
    note_row,
    symbol_before,
)
from tests.tasks.model.evaluation.baselines.corpora import random_songs, split_of

SONG = np.array([[0, 3], [1, 4], [2, 5]], np.int16)
ROW = note_row([split_of([SONG])], [split_of([SONG[:1]])], (3, 6))


def test_a_row_knows_its_songs() -> None:
    assert ROW.counted == 3
    assert ROW.song.tolist() == [0, 0, 0, 1]
    assert ROW.first.tolist() == [0, 0, 0, 3]


def test_the_interleaved_stream_runs_through_all_attributes() -> None:
    before = [symbol_before(ROW, 1, "interleaved", d)[0].tolist() for d in (1, 2, 3, 4)]
    assert before == [[0, 1, 2, 0], [6, 3, 4, 6], [3, 0, 1, 3], [6, 6, 3, 6]]


def test_the_first_attribute_follows_the_previous_notes_last() -> None:
    symbols, alphabet = symbol_before(ROW, 0, "interleaved", 1)
    assert symbols.tolist() == [6, 3, 4, 6]
    assert alphabet == 7


def test_an_own_stream_holds_one_attribute() -> None:
    before = [symbol_before(ROW, 1, "own", d)[0].tolist() for d in (1, 2)]
    assert before == [[6, 3, 4, 6], [6, 6, 3, 6]]


@pytest.mark.parametrize("keys", [[70, 5, 70, 8], [1, 0, 1, 3], []])
def test_dense_ids_keep_order_and_equality(keys: list[int]) -> None:
    ids = np.array(keys, np.int64)
    assert dense(ids).tolist() == np.unique(ids, return_inverse=True)[1].tolist()


def test_two_contexts_share_an_id_exactly_if_they_are_equal() -> None:
    songs = random_songs(5, (30, 20))
    row = note_row([split_of(songs)], [], (3, 5, 2))
    for order, level in zip(range(1, 6), levels(row, 2, "interleaved"), strict=False):
        spelled = [
            tuple(int(symbol_before(row, 2, "interleaved", d)[0][n]) for d in range(1, order))
            for n in range(50)
        ]
        assert len(set(spelled)) == len(set(zip(spelled, level.context.tolist(), strict=True)))
        assert len(set(spelled)) == len(set(level.context.tolist()))


def test_a_limited_split_keeps_whole_songs_spread_evenly() -> None:
    songs = random_songs(3, (10,) * 20)
    kept = limited(split_of(songs), 100)
    assert np.diff(kept.song_offsets).tolist() == [10] * 10
    np.testing.assert_array_equal(kept.ids[:10], songs[0])
    np.testing.assert_array_equal(kept.ids[-10:], songs[19])
    whole = split_of(songs)
    assert limited(whole, 200) is whole
