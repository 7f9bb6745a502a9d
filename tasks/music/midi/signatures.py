"""Time and key signatures of MIDI files, from texts such as "3/4" and "D minor"."""

import pretty_midi

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # semitones above C
SIGNS = {"#": 1, "b": -1}
# Semitones from the tonic of the major key of the same signature to the mode's tonic.
MODES = {
    "major": 0,
    "ionian": 0,
    "dorian": 2,
    "phrygian": 4,
    "lydian": 5,
    "mixolydian": 7,
    "aeolian": 9,
    "minor": 9,
    "locrian": 11,
}
MINOR = ("minor", "aeolian")
FIRST_MINOR = 12  # pretty_midi numbers the major keys from C, then the minor keys from C


def time_signature(metre: str) -> pretty_midi.TimeSignature:
    """Return the time signature of a metre such as "6/8", at the beginning."""
    numerator, denominator = metre.split("/")
    return pretty_midi.TimeSignature(int(numerator), int(denominator), 0.0)


def key_signature(key: str) -> pretty_midi.KeySignature:
    """Return the key signature of a key such as "D minor" or "F# dorian", at the beginning.

    MIDI knows major and minor alone: the other modes have that of the major key with the same
    accidentals.
    """
    tonic, mode = key.split()
    note = STEPS[tonic[0]] + sum(SIGNS[sign] for sign in tonic[1:])
    number = FIRST_MINOR + note % 12 if mode in MINOR else (note - MODES[mode]) % 12
    return pretty_midi.KeySignature(number, 0.0)
