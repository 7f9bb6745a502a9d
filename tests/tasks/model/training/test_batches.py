"""Batches: fixed by (seed, step); epochs: every window once, in a fixed order.

Memory does not grow with the songs' lengths.
"""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import network_of
from nocturne.tasks.model.training.batches import Batches, Epoch, permuted
from nocturne.tasks.model.training.windows import FEWEST_NOTES, WindowIndex


def test_a_batch_follows_from_seed_and_step_whatever_came_before(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds
) -> None:
    network, config = network_of(tiny_shape, tiny_vocabulary), TrainConfig(batch=8, seed=3)
    batches = Batches(network, config, train_songs)
    drawn = [batches.at(step) for step in range(batches.per_epoch + 2)]
    assert {batch.shape for batch in drawn} == {(8, network.context + tiny_shape.window, 4)}
    fresh = Batches(network, config, train_songs)
    for step in (batches.per_epoch + 1, 0, 5):
        np.testing.assert_array_equal(fresh.at(step), drawn[step])
    assert (drawn[0] != drawn[1]).any()
    other = Batches(network, config.copy_with(seed=4), train_songs)
    assert (other.at(0) != drawn[0]).any()


def test_an_epoch_has_about_as_many_steps_as_its_windows_fill(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds
) -> None:
    batches = Batches(network_of(tiny_shape, tiny_vocabulary), TrainConfig(batch=8), train_songs)
    found = []
    for epoch in range(40):
        batches.at(epoch * batches.per_epoch)
        found.append(len(batches.streams[0].epoch) / 8)
    assert abs(float(np.mean(found)) - batches.per_epoch) < 0.75


def _from_new(batch: NDArray[np.int32], songs: SplitIds) -> int:
    """Return how many windows of a batch, of songs that are told by their pitches, are new."""
    assert songs.new is not None
    new_pitches = set(np.unique(songs.ids[:, 1][np.repeat(songs.new, np.diff(songs.song_offsets))]))
    return sum(set(window[-8:, 1]) <= {*new_pitches, 128} for window in batch)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 4), (0.25, 2), (0.01, 1), (0.99, 7)])
def test_every_batch_has_the_stated_share_of_new_songs(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, share: float, expected: int
) -> None:
    lengths, new = [40, 33, 9, 60, 21], np.array([False, True, False, False, True])
    offsets = np.cumsum([0, *lengths])
    ids = np.zeros((offsets[-1], 4), np.int16)
    ids[:, 1] = np.repeat(np.where(new, 1, 2), lengths)
    songs = SplitIds(ids, offsets, new)
    config = TrainConfig(batch=8, new_share=share, transpose_down=0, transpose_up=0)
    network = network_of(tiny_shape, tiny_vocabulary)
    batches = Batches(network, config, songs)
    for step in range(40):
        assert _from_new(batches.at(step), songs) == expected
    again = Batches(network, config, songs)
    np.testing.assert_array_equal(again.at(39), batches.at(39))


def test_without_news_or_without_a_share_batches_are_those_of_all_songs(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds
) -> None:
    network, config = network_of(tiny_shape, tiny_vocabulary), TrainConfig(batch=8)
    plain = Batches(network, config, train_songs)
    count = len(train_songs.song_offsets) - 1
    none, every = np.zeros(count, bool), np.ones(count, bool)
    for new, share in ((None, 0.5), (none, 0.5), (every, 0.5), (every, None)):
        songs = SplitIds(train_songs.ids, train_songs.song_offsets, new)
        mixed = Batches(network, config.copy_with(new_share=share), songs)
        for step in (0, 9):
            np.testing.assert_array_equal(mixed.at(step), plain.at(step))


def _all(epoch: Epoch) -> WindowIndex:
    return epoch.at(np.arange(len(epoch)))


def test_an_epoch_is_fixed_by_seed_and_number_and_covers_the_songs(train_songs: SplitIds) -> None:
    offsets = train_songs.song_offsets
    first, again = (_all(Epoch(offsets, 8, 5, 0)) for _ in range(2))
    np.testing.assert_array_equal(first.start, again.start)
    assert first.start.tolist() != _all(Epoch(offsets, 8, 5, 1)).start.tolist()
    assert first.start.tolist() != _all(Epoch(offsets, 8, 6, 0)).start.tolist()
    assert set(offsets[:-1]) <= set(first.start.tolist())
    inside = offsets[first.song + 1] - first.start
    assert inside.min() >= FEWEST_NOTES
    covered = {note for start in first.start for note in range(start, start + 8)}
    left_out = set(range(len(train_songs.ids))) - covered
    assert len(left_out) < 0.15 * len(train_songs.ids)  # ends of songs, too short for a window


def test_a_song_gives_its_opening_and_windows_that_tile_it_from_a_random_note() -> None:
    epoch = Epoch(np.array([0, 20, 23, 64]), 5, 0, 0)
    places = _all(epoch)
    for song, first, end in ((0, 0, 20), (1, 20, 23), (2, 23, 64)):
        starts = np.sort(places.start[places.song == song])
        assert starts[0] == first
        phase = first + epoch.phase[song]
        assert starts[1:].tolist() == list(range(phase, end - FEWEST_NOTES + 1, 5))


@given(st.integers(1, 3000), st.integers(0, 2**31))
def test_the_order_holds_every_window_once(count: int, seed: int) -> None:
    keys = np.random.default_rng(seed).integers(0, 2**63, 4, np.uint64)
    assert sorted(permuted(np.arange(count), count, keys)) == list(range(count))


def test_the_order_looks_random() -> None:
    count, keys = 10_000, np.random.default_rng(0).integers(0, 2**63, 4, np.uint64)
    order = permuted(np.arange(count), count, keys)
    assert abs(np.corrcoef(order[:-1], order[1:])[0, 1]) < 0.05
    assert abs(np.corrcoef(np.arange(count), order)[0, 1]) < 0.05
    halves = (order < count // 2).reshape(-1, 50).sum(axis=1)  # binomial: variance 12.5
    assert halves.var() == pytest.approx(12.5, rel=0.3)


def test_memory_does_not_grow_with_the_songs_lengths() -> None:
    peaks = []
    for notes in (1_000, 100_000):
        offsets = np.arange(0, 1001 * notes, notes)
        tracemalloc.start()
        Epoch(offsets, 64, 0, 0).at(np.arange(64))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] == pytest.approx(peaks[0], rel=0.05)
