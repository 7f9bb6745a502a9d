"""Where notes end when they overlap: pretty_midi's rule, on notes paired by another parser.

A note-off closes every open note of its channel and pitch that began on an earlier tick, so
each note ends at the first note-off after its onset. A parser that pairs first-in first-out
has seen the same note-offs: only who owns which differs.
"""

import numpy as np
from numpy.typing import NDArray

TICK_BITS = 40  # ticks fit in 32 bits; pitch goes above


def key_of(pitch: NDArray[np.int64], tick: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each (pitch, tick), in that order."""
    return (pitch << TICK_BITS) + tick


def first_offset_after(
    onset: NDArray[np.int64], offset: NDArray[np.int64], pitch: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return for each note the earliest offset of its pitch after its onset.

    All are int64 [notes], ticks, with offset > onset.
    """
    lane = pitch << TICK_BITS
    ends = np.sort(lane + offset)
    first: NDArray[np.int64] = ends[np.searchsorted(ends, lane + onset, side="right")] - lane
    return first


def unclear_onsets(
    onset_key: NDArray[np.int64], note_offs: NDArray[np.int64], offset_key: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which notes begin on the tick of a note-off that may have dropped them.

    Keys are `key_of(pitch, tick)`, and `note_offs` those of all note-offs. One that is alone on
    its tick and ends an earlier note drops nothing. bool [notes].
    """
    key, count = np.unique(note_offs, return_counts=True)
    harmless = key[(count == 1) & np.isin(key, offset_key)]
    unclear: NDArray[np.bool_] = np.isin(onset_key, np.setdiff1d(key, harmless))
    return unclear
