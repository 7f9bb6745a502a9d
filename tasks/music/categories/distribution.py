"""Distributions of the values that codebooks are fitted on: their sums and how far they moved."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import Distribution

Counted = tuple[NDArray[np.float64], NDArray[np.int64]]  # rising values, and the count of each


def distribution_of(counted: Mapping[str, Counted]) -> Distribution:
    """Return counted values by name as a distribution."""
    return Distribution(
        values={name: tuple(values.tolist()) for name, (values, _) in counted.items()},
        counts={name: tuple(counts.tolist()) for name, (_, counts) in counted.items()},
    )


def counted_values(distribution: Distribution, name: str) -> Counted:
    """Return the rising values of a quantity, float64 [n], and their counts, int64 [n]."""
    values = np.array(distribution.values.get(name, ()), np.float64)
    return values, np.array(distribution.counts.get(name, ()), np.int64)


def sum_of(parts: Iterable[Distribution]) -> Distribution:
    """Return the distribution of the songs of all parts together."""
    parts = list(parts)
    names = dict.fromkeys(name for part in parts for name in part.values)
    return distribution_of({name: _sum([counted_values(p, name) for p in parts]) for name in names})


def drift(fitted: Distribution, now: Distribution) -> dict[str, float]:
    """Return by name how far each quantity moved, 0..1: the Kolmogorov-Smirnov distance.

    That is the largest difference between the shares of values up to any limit (Kolmogorov, 1933).
    A quantity that only one side has counts as moved by 1.
    """
    names = dict.fromkeys([*fitted.values, *now.values])
    return {
        name: _distance(counted_values(fitted, name), counted_values(now, name)) for name in names
    }


def _sum(parts: list[Counted]) -> Counted:
    values, place = np.unique(np.concatenate([v for v, _ in parts]), return_inverse=True)
    counts = np.zeros(len(values), np.int64)
    np.add.at(counts, place, np.concatenate([c for _, c in parts]))
    return values, counts


def _distance(one: Counted, other: Counted) -> float:
    if not len(one[0]) or not len(other[0]):
        return float(len(one[0]) != len(other[0]))
    limits = np.union1d(one[0], other[0])
    shares = [_share_up_to(limits, *counted) for counted in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())


def _share_up_to(
    limits: NDArray[np.float64], values: NDArray[np.float64], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    below = np.concatenate(([0], np.cumsum(counts)))
    up_to = below[np.searchsorted(values, limits, side="right")]
    return np.asarray(up_to / below[-1], np.float64)
