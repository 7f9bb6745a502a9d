"""The key of notes, by the algorithm of Krumhansl and Schmuckler.

Krumhansl, Cognitive Foundations of Musical Pitch (1990), chapter 4; the profiles are the probe tone
ratings of Krumhansl and Kessler, Psychological Review 89 (1982), tables on C.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.theory import COMMON_KEYS, Key, key_of
from nocturne.tasks.music.notes import Notes

PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}


def key_of_notes(notes: Notes) -> Key:
    """Return the major or minor key whose profile correlates best with the notes.

    The profile of the notes is the time in beats that each pitch class sounds. Where keys are
    equal, as for notes of all pitch classes alike, the first of COMMON_KEYS is the answer.
    """
    sounding = notes.offset_beats - notes.onset_beats
    profile = np.bincount(notes.pitch.astype(np.int64) % 12, sounding, minlength=12)
    centred = profile - profile.mean()
    return key_of(COMMON_KEYS[int(np.argmax(np.round(_key_profiles() @ centred, 9)))])


@cache
def _key_profiles() -> NDArray[np.float64]:
    """Return the profile of each of COMMON_KEYS with mean 0 and length 1: [24, 12]."""
    keys = [key_of(text) for text in COMMON_KEYS]
    rows = np.array([np.roll(PROFILES[key.mode], key.tonic_class) for key in keys])
    centred = rows - rows.mean(axis=1, keepdims=True)
    normed: NDArray[np.float64] = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return normed
