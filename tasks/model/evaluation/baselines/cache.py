"""Counts of the song so far, mixed into any distribution.

p_0 is the distribution to start from. For contexts of rising length, with c and C the times
that the n-gram and its context occurred earlier in the same song,

    p_k = (c + b_k p_(k-1)) / (C + b_k)

so the more often a context occurred so far in the song, the more its counts weigh; a context
that never occurred changes nothing. The weights b_k are chosen on the validation split, one for
each length; an infinite weight leaves that length out. This is a cache model (Kuhn and De Mori
1990) with the Bayesian smoothing of MacKay and Peto (1995) in place of fixed mixture weights.
"""

from itertools import islice

import numpy as np

from nocturne.tasks.model.evaluation.baselines.kneser_ney import Floats
from nocturne.tasks.model.evaluation.baselines.streams import Ids, NoteRow, Stream, levels

WEIGHTS = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0)


def earlier(groups: Ids) -> Ids:
    """Return, for each element, how many equal elements come before it."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[begins, len(ordered)])
    ranks = np.empty(len(groups), np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(begins, lengths)
    return ranks


def with_song_so_far(
    row: NoteRow, attribute: int, stream: Stream, max_order: int, start: Floats, chosen_on: int
) -> tuple[Floats, tuple[float, ...]]:
    """Mix the song so far into `start`, float64 [notes], and return it with the weights.

    The weights are those that give the first `chosen_on` notes of `row` the fewest bits.
    """
    mixed, weights = start, []
    for level in islice(levels(row, attribute, stream, root=row.song), max_order):
        times, context_times = earlier(level.gram), earlier(level.context)
        best, best_bits = (np.inf, mixed), -np.log2(mixed[:chosen_on]).sum()
        for weight in WEIGHTS:
            candidate = (times + weight * mixed) / (context_times + weight)
            bits = -np.log2(candidate[:chosen_on]).sum()
            if bits < best_bits:
                best, best_bits = (weight, candidate), bits
        weights.append(best[0])
        mixed = best[1]
    return mixed, tuple(weights)
