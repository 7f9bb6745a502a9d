"""The batches of a training run, each of which follows from (seed, step) alone.

An epoch's order of windows is a permutation that is computed for the positions of one batch (a
Feistel network with cycle walking; Black and Rogaway, 2002), so memory holds a few bytes for each
song and none for each window, however long the songs are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.training import windows
from nocturne.tasks.model.training.windows import FEWEST_NOTES, WindowIndex, steps_of_epoch

Numbers = NDArray[np.uint64]
ROUNDS = 4
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # of Fibonacci hashing; Knuth, volume 3


class Epoch:
    """The windows of epoch `number`, in an order that (seed, number) fixes.

    Every song gives its opening window, and windows that tile it from a random first note on,
    so that over the epochs a note occurs at every place of a window.
    """

    def __init__(self, song_offsets: NDArray[Any], window: int, seed: int, number: int) -> None:
        """Lay out windows of `window` notes over songs at song_offsets [songs + 1]."""
        random = np.random.default_rng([seed, number])
        self.offsets, self.window = song_offsets, window
        self.phase = random.integers(1, window + 1, len(song_offsets) - 1, np.int32)
        left = np.diff(song_offsets) - self.phase
        tiled = np.maximum(0, (left - FEWEST_NOTES) // window + 1)
        self.ends = np.cumsum(1 + tiled)
        self.keys = random.integers(0, 2**63, ROUNDS, np.uint64)

    def __len__(self) -> int:
        """Return the number of windows."""
        return int(self.ends[-1])

    def at(self, positions: NDArray[np.int64]) -> WindowIndex:
        """Return the windows at these positions of the order, each in 0..len - 1."""
        number = permuted(positions, len(self), self.keys)
        song = np.searchsorted(self.ends, number, side="right")
        left = self.ends[song] - number  # windows of the song from this one on
        nth = self.ends[song] - np.where(song > 0, self.ends[song - 1], 0) - left
        inside = self.phase[song] + (nth - 1) * self.window
        return WindowIndex(self.offsets[song] + np.where(nth > 0, inside, 0), song)


class Stream:
    """The shuffled windows of some songs, epoch after epoch, `size` of them in each step."""

    def __init__(
        self, offsets: NDArray[Any], songs: NDArray[np.int64], window: int, seed: int, size: int
    ) -> None:
        """Draw from the songs numbered `songs` [n] of those at offsets [all songs + 1]."""
        self.first, self.songs, self.window = offsets[:-1][songs], songs, window
        lengths = np.diff(offsets)[songs]
        self.offsets = np.concatenate(([0], np.cumsum(lengths)))
        self.seed, self.size = seed, size
        self.per_epoch = steps_of_epoch(lengths, window, size)
        self.epoch_number, self.epoch = 0, Epoch(self.offsets, window, seed, 0)

    def at(self, step: int) -> WindowIndex:
        """Return the windows of one step."""
        epoch, number = divmod(step, self.per_epoch)
        if epoch != self.epoch_number:
            self.epoch_number = epoch
            self.epoch = Epoch(self.offsets, self.window, self.seed, epoch)
        order = np.arange(number * self.size, (number + 1) * self.size) % len(self.epoch)
        found = self.epoch.at(order)
        inside = found.start - self.offsets[found.song]
        return WindowIndex(self.first[found.song] + inside, self.songs[found.song])


class Batches:
    """Shuffled, transposed windows of the training split.

    With config.new_share, that share of every batch comes from the songs marked as new, and the
    rest from the others; without it, or where all songs or none are new, every window is as likely
    as any other.
    """

    def __init__(self, network: Network, config: TrainConfig, train: SplitIds) -> None:
        self.network, self.config, self.data = network, config, train
        offsets, window = train.song_offsets, network.shape.window
        parts = shares_of_batch(config, len(offsets) - 1, train.new)
        self.streams = [Stream(offsets, songs, window, config.seed, size) for songs, size in parts]
        self.per_epoch = steps_of_epoch(np.diff(offsets), window, config.batch)

    def at(self, step: int) -> NDArray[np.int32]:
        """Return the batch of one step: int32 [batch, context + window, A]."""
        network, config = self.network, self.config
        found = [stream.at(step) for stream in self.streams]
        start, song = ([getattr(one, name) for one in found] for name in ("start", "song"))
        index = WindowIndex(np.concatenate(start), np.concatenate(song))
        ids = windows.gather(self.data, index, network.context, network.shape.window, network.sizes)
        random = np.random.default_rng([config.seed, 1, step])
        shift = random.integers(-config.transpose_down, config.transpose_up + 1, config.batch)
        return windows.transposed(ids, network.names, network.sizes, shift)


def shares_of_batch(
    config: TrainConfig, songs: int, new: NDArray[np.bool_] | None
) -> list[tuple[NDArray[np.int64], int]]:
    """Return the groups of songs that batches are drawn from, and the windows of each in a batch.

    Both the new and the old songs give at least one window where config.new_share is set.
    """
    every = np.arange(songs)
    if config.new_share is None or new is None or new.all() or not new.any() or config.batch < 2:
        return [(every, config.batch)]
    size = min(max(1, round(config.new_share * config.batch)), config.batch - 1)
    return [(every[new], size), (every[~new], config.batch - size)]


def permuted(positions: NDArray[np.int64], count: int, keys: Numbers) -> NDArray[np.int64]:
    """Map positions 0..count - 1 one to one to 0..count - 1, by a permutation that `keys` fix."""
    half = np.uint64(max(1, -(-(count - 1).bit_length() // 2)))  # bits of each half
    numbers = _feistel(positions.astype(np.uint64), half, keys)
    while (beyond := numbers >= count).any():
        numbers[beyond] = _feistel(numbers[beyond], half, keys)
    return numbers.astype(np.int64)


def _feistel(values: Numbers, half: np.uint64, keys: Numbers) -> Numbers:
    """Permute the numbers of 2 * half bits."""
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = values >> half, values & mask
    for key in keys:
        mixed = (right ^ key) * MULTIPLIER
        left, right = right, left ^ ((mixed >> np.uint64(29) ^ mixed >> np.uint64(47)) & mask)
    return left << half | right
