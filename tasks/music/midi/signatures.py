"""Time and key signatures of MIDI files, from texts such as "3/4" and "D minor"."""

import pretty_midi

from nocturne.schemas.theory import key_of

MINOR = ("minor", "aeolian")
FIRST_MINOR = 12  # pretty_midi numbers the major keys from C, then the minor keys from C
FIFTH, MINOR_THIRD = 7, 3  # semitones


def time_signature(metre: str) -> pretty_midi.TimeSignature:
    """Return the time signature of a metre such as "6/8", at the beginning."""
    numerator, denominator = metre.split("/")
    return pretty_midi.TimeSignature(int(numerator), int(denominator), 0.0)


def key_signature(key: str) -> pretty_midi.KeySignature:
    """Return the key signature of a key such as "D minor" or "F# dorian", at the beginning.

    MIDI knows major and minor alone: the other modes have that of the major key with the same
    accidentals.
    """
    found = key_of(key)
    major = found.fifths * FIFTH % 12
    number = FIRST_MINOR + (major - MINOR_THIRD) % 12 if found.mode in MINOR else major
    return pretty_midi.KeySignature(number, 0.0)
