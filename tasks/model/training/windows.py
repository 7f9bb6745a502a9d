"""Batches of windows, gathered from the flat ids of a split by index.

A window is `window` notes of one song with the `context` notes before it. What lies beyond the
song's ends is the start symbol. Ids are gathered when a batch is wanted, from memory or from a
memory-mapped file; nothing is ever expanded to one-hot vectors here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import SplitIds, Vocabulary

FEWEST_NOTES = 8  # a shorter rest of a song is not worth a training window of its own


@dataclass(frozen=True)
class WindowIndex:
    """Where windows begin: flat note index `start` int64 [N] and song number `song` int64 [N]."""

    start: NDArray[np.int64]
    song: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.start)

    def taken(self, order: NDArray[np.int64]) -> "WindowIndex":
        """Return the places at these positions."""
        return WindowIndex(self.start[order], self.song[order])


def gather(
    split: SplitIds, places: WindowIndex, context: int, window: int, sizes: tuple[int, ...]
) -> NDArray[np.int32]:
    """Return the windows at `places` with their context, int32 [N, context + window, A]."""
    index = places.start[:, None] + np.arange(-context, window)
    first, last = split.song_offsets[places.song], split.song_offsets[places.song + 1]
    inside = (index >= first[:, None]) & (index < last[:, None])
    ids = split.ids[np.where(inside, index, 0)].astype(np.int32)
    return np.where(inside[..., None], ids, np.asarray(sizes, np.int32))


def whole_songs(split: SplitIds, window: int) -> WindowIndex:
    """Windows that cover every note of every song once, from each song's first note."""
    count = -(-np.diff(split.song_offsets) // window)
    song = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(song)) - np.repeat(np.cumsum(count) - count, count)
    return WindowIndex(split.song_offsets[song] + number * window, song)


def batches(places: WindowIndex, size: int) -> Iterator[WindowIndex]:
    """Cut `places` into batches of `size`; the last may be smaller."""
    for first in range(0, len(places), size):
        yield WindowIndex(places.start[first : first + size], places.song[first : first + size])


def filled(ids: NDArray[np.int32], size: int, sizes: tuple[int, ...]) -> NDArray[np.int32]:
    """Fill a batch up to `size` windows with windows of start symbols, which count nothing."""
    missing = np.zeros((size - len(ids), *ids.shape[1:]), np.int32) + np.asarray(sizes, np.int32)
    return np.concatenate([ids, missing])


def transposed(
    ids: NDArray[np.int32], vocabulary: Vocabulary, semitones: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Shift the pitch of each window of ids [N, C, A] by semitones [N], as far as it stays MIDI.

    A vocabulary without exact pitch is left alone.
    """
    if "pitch" not in vocabulary.names:
        return ids
    k = vocabulary.names.index("pitch")
    size, pitch = vocabulary.sizes[k], ids[..., k]
    real = pitch < size
    lowest = np.where(real, pitch, size).min(axis=1)
    highest = np.where(real, pitch, -1).max(axis=1)
    room = np.clip(semitones, -lowest, np.maximum(size - 1 - highest, 0))
    moved = ids.copy()
    moved[..., k] = np.where(real, pitch + room[:, None], size)
    return moved
