"""Windows: every note in its place, start symbols beyond a song's ends, a fixed order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.model.training import windows

NAMES = ("inter_onset_interval", "pitch", "duration", "velocity")
SIZES = (4, 12, 3, 2)


def _two_songs() -> SplitIds:
    """Songs of 3 and 5 notes; a note's number in the split is its first attribute."""
    return SplitIds(np.arange(8, dtype=np.int16)[:, None], np.array([0, 3, 8]))


def test_gather_pads_beyond_the_song_and_never_crosses_into_another() -> None:
    places = windows.WindowIndex(np.array([0, 3, 6]), np.array([0, 1, 1]))
    found = windows.gather(_two_songs(), places, 2, 4, (99,))[..., 0]
    assert found.tolist() == [
        [99, 99, 0, 1, 2, 99],
        [99, 99, 3, 4, 5, 6],
        [4, 5, 6, 7, 99, 99],
    ]
    assert found.dtype == np.int32


def test_whole_songs_with_ends_reach_one_place_further() -> None:
    split = SplitIds(np.ones((15, 1), np.int16), np.array([0, 4, 7, 15]))
    for ends, starts in ((False, [0, 4, 7, 11]), (True, [0, 4, 4, 7, 11, 15])):
        assert windows.whole_songs(split, 4, ends).start.tolist() == starts


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(2, 40), min_size=1, max_size=8), st.integers(1, 16))
def test_whole_songs_give_every_note_once(lengths: list[int], window: int) -> None:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    split = SplitIds(np.arange(offsets[-1], dtype=np.int16)[:, None], offsets)
    ids = windows.gather(split, windows.whole_songs(split, window), 0, window, (-1,))
    assert ids[ids >= 0].tolist() == list(range(offsets[-1]))


def test_transposition_moves_pitch_alone_and_stays_in_range() -> None:
    ids = np.array([[[0, 10, 1, 1], [4, 12, 3, 2]], [[1, 3, 0, 0], [2, 6, 1, 1]]], np.int32)
    moved = windows.transposed(ids, NAMES, SIZES, np.array([5, -2]))
    assert moved[..., 1].tolist() == [[11, 12], [1, 4]]  # room for 1 only; the start symbol stays
    np.testing.assert_array_equal(moved[..., [0, 2, 3]], ids[..., [0, 2, 3]])
    assert ids[0, 0, 1] == 10  # the argument is left as it was


def test_filled_batches_are_filled_with_start_symbols() -> None:
    ids = windows.filled(np.zeros((1, 3, 4), np.int32), 3, SIZES)
    assert ids.shape == (3, 3, 4)
    assert (ids[0] == 0).all()
    assert (ids[1:] == SIZES).all()
