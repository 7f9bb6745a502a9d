"""Near-duplicate songs: MinHash over n-grams of pitch intervals, which transposing leaves alone.

MinHash: Broder, "On the resemblance and containment of documents", 1997; with one permutation:
Li, Owen, Zhang, "One Permutation Hashing", 2012. The share of equal values in two signatures
estimates the Jaccard similarity of the songs' sets of n-grams.
"""

import numpy as np
from numpy.typing import NDArray

INTERVALS = 6  # in one n-gram
VALUES = 64  # in one signature
BANDS = 16  # of 4 values each: finds pairs of similarity 0.6 with 90 %, of 0.7 with 99 %
SIMILARITY = 0.6  # least share of equal values in one family
_random = np.random.default_rng(20190401)
_WEIGHTS = _random.integers(0, 1 << 63, INTERVALS, dtype=np.uint64)
_FACTOR = np.uint64(
    0x9E3779B97F4A7C15
)  # spreads the sums over all bits: 2**64 over the golden ratio
_BIN_STARTS = (np.arange(VALUES + 1, dtype=np.float64) * 2.0**64 / VALUES)[:-1].astype(np.uint64)

Signature = NDArray[np.uint32]


def signature(pitch: NDArray[np.uint8]) -> Signature | None:
    """Return the MinHash of a song's pitches in order of (onset, pitch), uint32 [VALUES].

    None for a song too short to have an n-gram.
    """
    intervals = np.diff(pitch.astype(np.int16)) + 128
    if len(intervals) < INTERVALS:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(intervals.astype(np.uint64), INTERVALS)
    mixed = (windows @ _WEIGHTS) * _FACTOR
    hashed = np.sort((mixed ^ (mixed >> np.uint64(29))) * _FACTOR)
    # The least hash in each bin is one value; an empty bin borrows the next one's, round the end.
    least = np.searchsorted(hashed, _BIN_STARTS) % len(hashed)
    return (hashed[least] >> np.uint64(16)).astype(np.uint32)


def families(signatures: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Return for each song the row of the first song of its family, int64 [songs].

    `signatures` is uint32 [songs, VALUES]. Songs that share a band of values with the first
    song that has it, and are similar enough to it, are one family; families that meet are one.
    """
    first = np.arange(len(signatures))
    for band in np.split(signatures, BANDS, axis=1):
        keys = np.ascontiguousarray(band).view([("", band.dtype)] * band.shape[1]).ravel()
        _, leaders, group = np.unique(keys, return_index=True, return_inverse=True)
        leader = leaders[group.ravel()]
        similar = (signatures == signatures[leader]).mean(axis=1) >= SIMILARITY
        for song in np.flatnonzero(similar & (leader != np.arange(len(first)))).tolist():
            one, other = _root(first, song), _root(first, int(leader[song]))
            first[max(one, other)] = min(one, other)
    return np.array([_root(first, song) for song in range(len(first))], np.int64)


def _root(first: NDArray[np.int64], song: int) -> int:
    while first[song] != song:
        first[song] = first[first[song]]
        song = int(first[song])
    return song
