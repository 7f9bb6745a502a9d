"""Interpolated modified Kneser-Ney n-grams (Chen and Goodman 1998, sections 3 and 4).

The highest order counts occurrences; every lower order counts how many different symbols an
n-gram was seen after, except for n-grams that begin before the song, which nothing precedes
and which keep their occurrences. Order 1 is interpolated with the uniform distribution, so
every category has a probability above 0 and they sum to 1.
"""

from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.model.evaluation.baselines.streams import Ids, Level, NoteRow, Stream, levels

Floats = NDArray[np.float64]

# Where a corpus has no n-gram seen exactly 1, 2, 3 or 4 times the estimate is undefined.
FALLBACK_DISCOUNTS = (0.0, 0.5, 1.0, 1.5)
SMALLEST_DISCOUNT = 0.05  # above 0, so that every context leaves some mass to the shorter one


def discounts(counts: Ids) -> Floats:
    """Return the discounts of n-grams seen 0, 1, 2, or 3 times and more; float64 [4].

    D_k = k - (k + 1) Y n_(k+1) / n_k with Y = n_1 / (n_1 + 2 n_2), n_k being the number of
    n-grams seen k times (Chen and Goodman 1998, equation 26).
    """
    seen = np.bincount(np.minimum(counts, 5), minlength=6)
    if np.any(seen[1:5] == 0):
        return np.array(FALLBACK_DISCOUNTS)
    ratio = seen[1] / (seen[1] + 2 * seen[2])
    estimates = [k - (k + 1) * ratio * seen[k + 1] / seen[k] for k in (1, 2, 3)]
    return np.array([0.0, *np.clip(estimates, SMALLEST_DISCOUNT, (1, 2, 3))])


def _interpolated(level: Level, counts: Ids, lower: Floats, predicted: slice) -> Floats:
    """Return one order's probability of every predicted note, given the next lower order's."""
    grams = len(counts)
    context_of = np.empty(grams, np.int64)
    context_of[level.gram] = level.context
    discount = discounts(counts)[np.minimum(counts, 3)]
    contexts = int(level.context.max()) + 1
    total = np.bincount(context_of, counts, contexts)[level.context[predicted]]
    left = np.bincount(context_of, discount, contexts)[level.context[predicted]]
    kept = (counts - discount)[level.gram[predicted]]
    known = total > 0
    divisor = np.where(known, total, 1.0)
    return np.where(known, kept / divisor + left / divisor * lower, lower)


def _occurrences(level: Level, counted: int) -> Ids:
    """Return how often each n-gram occurs in the counted notes."""
    return np.bincount(level.gram[:counted], minlength=int(level.gram.max()) + 1)


def _continuations(level: Level, longer: Level, counted: int) -> Ids:
    """Return how many different symbols each n-gram follows in the counted notes."""
    occurrences = _occurrences(level, counted)
    longer_seen = _occurrences(longer, counted) > 0
    parent = np.empty(len(longer_seen), np.int64)
    parent[longer.gram] = level.gram
    different = np.bincount(parent[longer_seen], minlength=len(occurrences))
    keeps = np.zeros(len(occurrences), np.bool_)
    keeps[level.gram] = level.at_start
    return np.where(keeps, occurrences, different)


def order_probabilities(
    row: NoteRow, attribute: int, stream: Stream, max_order: int
) -> Iterator[Floats]:
    """Yield the probability of each value for orders 1 to max_order: float64 [predicted notes]."""
    predicted = slice(row.counted, None)
    lower = np.full(len(row.ids) - row.counted, 1.0 / row.sizes[attribute])
    for level, longer in pairwise(islice(levels(row, attribute, stream), max_order + 1)):
        yield _interpolated(level, _occurrences(level, row.counted), lower, predicted)
        counts = _continuations(level, longer, row.counted)
        lower = _interpolated(level, counts, lower, predicted)
