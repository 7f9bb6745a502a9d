"""The distance of two distributions, and from it the drift of a corpus.

Jensen-Shannon divergence in bits: with the mean M = (P + Q) / 2 of two distributions,

    JSD(P, Q) = H(M) - (H(P) + H(Q)) / 2,    H(P) = - sum_x P(x) log2 P(x)

from 0 (equal) to 1 (no value in common), symmetric, and defined where a value occurs in one of the
two alone. Source: J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on
Information Theory 37 (1), 1991.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.manifest import Counts
from nocturne.schemas.nights import FEATURES, QUARANTINED, CorpusProfile


def jensen_shannon_bits(first: Mapping[str, int], second: Mapping[str, int]) -> float:
    """Return the divergence of two histograms, counts by label: bits, 0 to 1.

    Two empty histograms are equal; an empty one has nothing in common with one that is not.
    """
    labels = sorted({*first, *second})
    p, q = (_shares([histogram.get(label, 0) for label in labels]) for histogram in (first, second))
    if not p.any() or not q.any():
        return float(p.any() != q.any())
    bits = _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2
    return float(min(1.0, max(0.0, bits)))


def divergences(profile: CorpusProfile, other: CorpusProfile) -> dict[str, float]:
    """Return the divergence of two corpora by feature, each in bits from 0 to 1.

    Histograms of songs: notes per song and songs per family (bins that double), tempo (bins of 10
    quarters a minute) and program; of notes: pitch. The share quarantined is compared as the
    distribution of files over quarantined and not quarantined.
    """
    figures = {
        name: jensen_shannon_bits(
            profile.distributions.get(name, {}), other.distributions.get(name, {})
        )
        for name in FEATURES
    }
    shares = _quarantined(profile.counts), _quarantined(other.counts)
    return {**figures, QUARANTINED: jensen_shannon_bits(*shares)}


def _quarantined(counts: Counts) -> dict[str, int]:
    return {"quarantined": counts.quarantined, "not": counts.inputs - counts.quarantined}


def _shares(counts: list[int]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.array(counts, np.float64) / max(sum(counts), 1)
    return shares


def _entropy(shares: NDArray[np.float64]) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log2(positive)).sum())
