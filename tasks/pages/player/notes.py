"""The notes of a piece as a page carries them: JSON [[onset, duration, pitch, velocity], ...].

Onset and duration are ticks of 1/480 quarter, the same as in the MIDI file; sorted by onset.
"""

import json

import numpy as np

from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music.midi.writer import to_ticks
from nocturne.tasks.music.notes import Notes


def to_page_notes(notes: Notes) -> str:
    """Return the notes of the MIDI file of `notes` as JSON, the first at tick 0."""
    ticks = to_ticks(notes)
    onset = ticks.onset - ticks.onset[0]
    columns = (onset, ticks.offset - ticks.onset, ticks.pitch, ticks.velocity)
    return json.dumps(np.stack(columns, axis=1).tolist(), separators=(",", ":"))


def from_page_notes(text: str) -> Notes:
    """Return the notes in beats; their seconds are beats too, for whoever needs no tempo."""
    rows = np.array(json.loads(text), np.float64).reshape(-1, 4)
    onset = rows[:, 0] / TICKS_PER_QUARTER
    offset = onset + rows[:, 1] / TICKS_PER_QUARTER
    pitch, velocity = rows[:, 2].astype(np.uint8), rows[:, 3].astype(np.uint8)
    return Notes(onset, offset, onset, offset, pitch, velocity)
