"""One-dimensional k-means on a histogram of whole numbers: deterministic, bounded in memory."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MAX_ROUNDS = 200


class Histogram:
    """How often each whole number 0..limit occurred; larger ones count as `limit`."""

    def __init__(self, limit: int) -> None:
        self.counts = np.zeros(limit + 1, np.int64)

    def add(self, values: NDArray[np.int64]) -> None:
        """Count `values`, shape [n], all >= 0."""
        limit = len(self.counts) - 1
        self.counts += np.bincount(np.minimum(values, limit), minlength=limit + 1)

    def counted(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the numbers that occurred, rising, and how often each did."""
        found = np.flatnonzero(self.counts)
        return found.astype(np.float64), self.counts[found]


def cluster(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return at most `size` distinct whole numbers, rising, that stand for a histogram.

    `counts[v]` says how often v occurred. With no more than `size` distinct values those are
    the answer. Otherwise Lloyd's iteration finds k-means clusters, and each is stood for by
    its most frequent value (of equals, the nearest to the mean): music's times lie on a grid,
    and a mean beside the grid would be wrong for every note. Starting centres are spaced by
    the cube root of the density, the best spacing for squared error (Panter and Dite, 1951).
    """
    values = np.flatnonzero(counts)
    weights = counts[values].astype(np.float64)
    if len(values) <= size:
        return values
    ends = _lloyd(values.astype(np.float64), weights, size)
    return np.array([_mode(values[a:b], weights[a:b]) for a, b in _spans(ends, len(values))])


def nearest_table(codebook: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 [codebook[-1] + 1]: at v, the id nearest to v; of equals the lower one."""
    doubled_limits = codebook[:-1] + codebook[1:]
    return np.searchsorted(doubled_limits, 2 * np.arange(codebook[-1] + 1))


def nearest(codebook: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the id of the entry nearest to each value; values beyond the ends take the end."""
    return np.searchsorted(codebook[:-1] + codebook[1:], 2 * values)


def _lloyd(
    values: NDArray[np.float64], weights: NDArray[np.float64], size: int
) -> NDArray[np.int64]:
    """Return the positions in `values` at which each cluster after the first begins."""
    mass = np.concatenate(([0.0], np.cumsum(weights)))
    moment = np.concatenate(([0.0], np.cumsum(weights * values)))
    spread = np.cumsum(np.cbrt(weights))
    starts = np.searchsorted(spread, spread[-1] * np.arange(1, size) / size)
    bounds = np.unique(np.concatenate(([0], starts, [len(values)])))
    for _ in range(MAX_ROUNDS):
        means = np.diff(moment[bounds]) / np.diff(mass[bounds])
        inner = np.searchsorted(values, (means[:-1] + means[1:]) / 2)
        moved = np.unique(np.concatenate(([0], inner, [len(values)])))
        if np.array_equal(moved, bounds):
            break
        bounds = moved
    return bounds[1:-1]


def _spans(ends: NDArray[np.int64], length: int) -> Iterable[tuple[int, int]]:
    return zip([0, *ends.tolist()], [*ends.tolist(), length], strict=True)


def _mode(values: NDArray[np.int64], weights: NDArray[np.float64]) -> int:
    likeliest = values[weights == weights.max()]
    mean = np.average(values, weights=weights)
    return int(likeliest[np.argmin(np.abs(likeliest - mean))])
