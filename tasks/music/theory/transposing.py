"""Notes that sound higher or lower."""

from dataclasses import replace

import numpy as np

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.theory import PITCHES
from nocturne.tasks.music.notes import Notes


def transposed(notes: Notes, semitones: int | None) -> Notes:
    """Return the notes so much higher; SamplesError if one would lie outside of MIDI's pitches."""
    if not semitones:
        return notes
    pitch = notes.pitch.astype(np.int64) + semitones
    if pitch.min() < 0 or pitch.max() >= PITCHES:
        raise SamplesError(
            f"transpose {semitones}: notes from {pitch.min()} to {pitch.max()} would lie outside "
            "of MIDI's pitches 0 to 127: transpose by less"
        )
    return replace(notes, pitch=pitch.astype(np.uint8))
