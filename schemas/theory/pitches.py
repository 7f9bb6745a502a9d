"""Pitches by MIDI number or name: 60 is C4, middle C."""

import re

from pydantic_core import PydanticCustomError

from nocturne.schemas.instruments import whole_number

PITCHES = 128
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}  # of the white keys
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
# A letter, then sharps or flats as signs or as a word.
NOTE = r"(?P<letter>[a-g])(?:[\s_]|-(?=[sf]))*(?P<sign>#{1,2}|♯{1,2}|b{1,2}|♭{1,2}|sharp|flat|)"
_NAME = re.compile(rf"{NOTE}[\s_]*(?P<octave>-?\d{{1,2}})")


def pitch_number(value: object) -> int | None:
    """Return the MIDI number, 0 to 127, that a number or a name means; None for nothing or "".

    Names have a letter, sharps or flats, and an octave, in any case: C4, f#3, B♭2, E flat 5. An
    error of pydantic's for any other value.
    """
    if value is None or value == "":
        return None
    number = whole_number(value)
    found = _NAME.fullmatch(str(value).strip().lower())
    if number is None and found is not None:
        number = 12 * (int(found["octave"]) + 1) + SEMITONES[found["letter"]]
        number += accidental(found["sign"])
    if number is None or not 0 <= number < PITCHES:
        words = "a MIDI pitch from 0 to 127 or a name from C-1 to G9, such as C4, expected"
        raise PydanticCustomError("pitch", "{words}", {"words": words})
    return number


def pitch_name(pitch: int) -> str:
    """Return the name of a MIDI pitch: 60 is C4."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def pitches_between(lowest: int | None, highest: int | None) -> range:
    """Return the MIDI pitches from `lowest` to `highest`; None stands for no limit."""
    return range(
        0 if lowest is None else lowest, PITCHES if highest is None else min(highest, 127) + 1
    )


def accidental(sign: str) -> int:
    """Return the semitones by which the sign of a NOTE raises its letter; below 0: lowers."""
    count = 1 if sign in ("sharp", "flat") else len(sign)
    return count if sign[:1] in ("#", "♯", "s") else -count
