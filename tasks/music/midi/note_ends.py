"""The ends of overlapping notes: pretty_midi's rule, applied to notes of another parser.

By that rule a note-off ends every open note of its channel and pitch that began on an earlier
tick, so each note ends at the first note-off after its onset. A parser that pairs first-in
first-out reports the same note-offs, assigned to other notes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TICK_BITS = 40  # ticks fit in 32 bits; pitch goes above


@dataclass(frozen=True)
class Ends:
    """pretty_midi's ends of notes, as far as the note-offs alone determine them; arrays [notes].

    `unclear` notes begin on the tick of a note-off that may have dropped them; whether it did
    depends on the order of the events. A note-off that is alone on its tick and ends an earlier
    note drops none.
    """

    offset: NDArray[np.int64]
    unclear: NDArray[np.bool_]


def key_of(pitch: NDArray[np.int64], tick: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each (pitch, tick), which sorts in that order."""
    return (pitch << TICK_BITS) + tick


def are_apart(
    onset: NDArray[np.int64], offset: NDArray[np.int64], pitch: NDArray[np.int64]
) -> bool:
    """Whether all notes have a length and no two notes of one pitch overlap.

    Their ends are then right: `find_ends` would return the same ends, and no unclear note.
    """
    order = np.argsort(key_of(pitch, onset))
    begin, end = key_of(pitch, onset)[order], key_of(pitch, offset)[order]
    return bool((end[:-1] <= begin[1:]).all() and (offset > onset).all())


def find_ends(
    onset: NDArray[np.int64], pitch: NDArray[np.int64], note_offs: NDArray[np.int64]
) -> Ends:
    """Return for each note the earliest note-off of its pitch after its onset.

    `onset` and `pitch` are int64 [notes], ticks; `note_offs` are the `key_of` of all note-offs
    that ended something, sorted. Every note must have one after its onset.
    """
    order = np.argsort(key_of(pitch, onset))  # searching sorted values is twice as fast
    start = key_of(pitch, onset)[order]
    first = np.searchsorted(note_offs, start, side="left")
    after = np.searchsorted(note_offs, start, side="right")
    ends_a_note = np.zeros(len(note_offs) + 1, bool)
    ends_a_note[after] = True
    on_tick = after - first
    unclear = np.empty(len(order), bool)
    unclear[order] = (on_tick > 1) | ((on_tick == 1) & ~ends_a_note[first])
    offset = np.empty(len(order), np.int64)
    offset[order] = note_offs[after]
    return Ends(offset - (pitch << TICK_BITS), unclear)
