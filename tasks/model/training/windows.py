"""Batches of windows, gathered from the flat ids of a split by index.

A window is `window` notes of one song with the `context` notes before it. What lies beyond the
song's ends has the id `size`, which stands for no note: the place after the last note is where a
network that knows an end predicts it. Ids are gathered for one batch at a time, from memory or from
a memory-mapped file, and stay ids: nothing is expanded to one-hot vectors here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import SplitIds

FEWEST_NOTES = 8  # a shorter rest of a song is not worth a training window of its own


@dataclass(frozen=True)
class WindowIndex:
    """Where windows begin: flat note index `start` int64 [N] and song number `song` int64 [N]."""

    start: NDArray[np.int64]
    song: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.start)

    def at(self, positions: NDArray[np.int64] | slice) -> "WindowIndex":
        """Return the windows at these positions."""
        return WindowIndex(self.start[positions], self.song[positions])


def gather(
    split: SplitIds, index: WindowIndex, context: int, window: int, sizes: tuple[int, ...]
) -> NDArray[np.int32]:
    """Return the windows of `index` with their context, int32 [N, context + window, A]."""
    note = index.start[:, None] + np.arange(-context, window)
    first, last = split.song_offsets[index.song], split.song_offsets[index.song + 1]
    inside = (note >= first[:, None]) & (note < last[:, None])
    ids = split.ids[np.where(inside, note, 0)].astype(np.int32)
    return np.where(inside[..., None], ids, np.asarray(sizes, np.int32))


def steps_of_epoch(lengths: NDArray[np.integer], window: int, size: int) -> int:
    """Return the number of steps in which songs of these lengths give each window once.

    Windows are counted on average over random phases; `size` is their number in a step.
    """
    tiled = int(np.maximum(lengths - FEWEST_NOTES, 0).sum()) / window
    return max(1, round((len(lengths) + tiled) / size))


def whole_songs(split: SplitIds, window: int, ends: bool = False) -> WindowIndex:
    """Return windows that cover every note of every song once, from each song's first note.

    With `ends` they cover the place after each song's last note as well.
    """
    count = -(-(np.diff(split.song_offsets) + ends) // window)
    song = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(song)) - np.repeat(np.cumsum(count) - count, count)
    return WindowIndex(split.song_offsets[song] + number * window, song)


def batches(index: WindowIndex, size: int) -> Iterator[WindowIndex]:
    """Cut `index` into batches of `size`; the last may be smaller."""
    for first in range(0, len(index), size):
        yield index.at(slice(first, first + size))


def filled(ids: NDArray[np.int32], size: int, sizes: tuple[int, ...]) -> NDArray[np.int32]:
    """Fill a batch up to `size` windows with windows of start symbols, whose loss is 0."""
    missing = np.zeros((size - len(ids), *ids.shape[1:]), np.int32) + np.asarray(sizes, np.int32)
    return np.concatenate([ids, missing])


def transposed(
    ids: NDArray[np.int32],
    names: tuple[str, ...],
    sizes: tuple[int, ...],
    semitones: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Shift the pitch of each window of ids [N, C, A] by semitones [N], as far as it stays MIDI.

    Ids without an exact pitch among their attributes `names` are returned as they are.
    """
    if "pitch" not in names:
        return ids
    k = names.index("pitch")
    size, pitch = sizes[k], ids[..., k]
    real = pitch < size
    lowest = np.where(real, pitch, size).min(axis=1)
    highest = np.where(real, pitch, -1).max(axis=1)
    room = np.clip(semitones, -lowest, np.maximum(size - 1 - highest, 0))
    moved = ids.copy()
    moved[..., k] = np.where(real, pitch + room[:, None], size)
    return moved
