"""Whether a piece shares a run of steps of a given length with known music, quickly.

copied_runs.py finds the longest run, sorting all music together; here the runs of one length are
looked up by 64-bit digests, which are sorted once.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.music.metrics.excerpt import Ints

Digests = NDArray[np.uint64]
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd: every power differs modulo 2^64


class KnownRuns:
    """The runs of `length` steps (Excerpt.steps) in known pieces."""

    def __init__(self, pieces: list[Ints], length: int) -> None:
        """Digest every run; pieces shorter than `length` have none."""
        self.length = length
        digests = [self._digests(steps) for steps in pieces]
        self._known = np.unique(np.concatenate([np.zeros(0, np.uint64), *digests]))

    def are_in(self, steps: Ints) -> NDArray[np.bool_]:
        """Return for every run of `steps` whether it is known; empty if there is none."""
        return np.isin(self._digests(steps), self._known)

    def _digests(self, steps: Ints) -> Digests:
        """Return a digest of each run: 64 bits, different runs have the same one hardly ever."""
        if len(steps) < self.length:
            return np.zeros(0, np.uint64)
        mixed = _mixed(steps.astype(np.uint64))
        powers = np.cumprod(np.full(self.length, _FACTOR))
        runs = np.lib.stride_tricks.sliding_window_view(mixed, self.length)
        return _mixed((runs * powers).sum(axis=1, dtype=np.uint64))


def _mixed(values: Digests) -> Digests:
    """Return values spread over all 64 bits, one to one (the finaliser of MurmurHash3)."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    mixed: Digests = values ^ (values >> np.uint64(33))
    return mixed
