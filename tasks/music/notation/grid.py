"""Notes on the grid of written music: sixteenths, or triplets of eighths, beat by beat.

Times are whole steps of 1/12 quarter. Every quarter is divided into four (steps 0 3 6 9) or three
(steps 0 4 8), whichever lies nearer to its onsets.
"""

from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.music.notes import Notes

STEPS = 12  # in a quarter
FOURTHS, THIRDS = 3, 4  # steps of the two divisions


class Chord(NamedTuple):
    """Notes that begin and end together: steps from the start, and pitches from below."""

    onset: int
    duration: int
    pitches: tuple[int, ...]

    @property
    def end(self) -> int:
        """The step at which the chord ends."""
        return self.onset + self.duration


def chords_of(notes: Notes) -> list[Chord]:
    """Return notes as chords, sorted by onset, the longest of one onset first.

    A note lasts at least one division, and ends where its pitch begins again.
    """
    onset, end = on_grid(notes)
    starts: dict[int, dict[int, int]] = defaultdict(dict)  # pitch -> onset -> end
    for start, stop, pitch in zip(onset.tolist(), end.tolist(), notes.pitch.tolist(), strict=True):
        starts[pitch][start] = max(stop, starts[pitch].get(start, 0))
    together: dict[tuple[int, int], list[int]] = defaultdict(list)
    for pitch in sorted(starts):
        later = [*sorted(starts[pitch])[1:], None]
        for start, following in zip(sorted(starts[pitch]), later, strict=True):
            stop = starts[pitch][start]
            stop = stop if following is None else min(stop, following)
            together[start, stop - start].append(pitch)
    chords = [Chord(*times, tuple(pitches)) for times, pitches in together.items()]
    return sorted(chords, key=lambda chord: (chord.onset, -chord.duration, chord.pitches))


def on_grid(notes: Notes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return onsets and ends in steps: int64 [notes] each."""
    steps = notes.onset_beats * STEPS
    beat = np.floor(notes.onset_beats + 1 / STEPS).astype(np.int64)
    error = np.zeros((2, int(max(beat.max(initial=0), notes.offset_beats.max(initial=0))) + 3))
    for row, width in enumerate((FOURTHS, THIRDS)):
        np.add.at(error[row], beat, np.abs(steps - np.rint(steps / width) * width))
    division = np.where(error[0] <= error[1], FOURTHS, THIRDS)
    onset = _snapped(steps, division)
    end = _snapped(notes.offset_beats * STEPS, division)
    return onset, np.maximum(end, onset + division[onset // STEPS])


def voices_of(chords: list[Chord]) -> list[list[Chord]]:
    """Return chords in as few voices as hold them without overlap, by onset."""
    voices: list[list[Chord]] = []
    for chord in chords:
        free = next((voice for voice in voices if voice[-1].end <= chord.onset), None)
        if free is None:
            voices.append([chord])
        else:
            free.append(chord)
    return voices


def bar_steps(metre: str) -> int:
    """Return the steps of a bar of a metre such as "6/8"."""
    steps = Fraction(metre) * 4 * STEPS
    return max(1, int(steps))


def _snapped(steps: NDArray[np.float64], division: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return steps rounded to the division of the beat that they lie in."""
    own = division[np.floor(steps / STEPS).astype(np.int64)]
    return np.rint(steps / own).astype(np.int64) * own
