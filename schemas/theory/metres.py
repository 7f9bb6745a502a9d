"""Metres: time signatures such as 4/4 and 6/8."""

import re
from fractions import Fraction

from pydantic_core import PydanticCustomError

COMMON_METRES = ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "2/2", "3/8", "5/4", "7/8")
NOTE_VALUES = (1, 2, 4, 8, 16, 32)
MOST_QUARTERS = 16  # in a bar
_METRE = re.compile(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*")


def metre_text(value: object) -> str | None:
    """Return the usual text of a metre, "3/4"; None for nothing or "".

    An error of pydantic's if it is none, or a bar has more than MOST_QUARTERS quarters.
    """
    if value is None or value == "":
        return None
    found = _METRE.fullmatch(value) if isinstance(value, str) else None
    beats, note_value = (int(number) for number in found.groups()) if found else (0, 0)
    if not beats or note_value not in NOTE_VALUES:
        raise PydanticCustomError("metre", "a metre such as 4/4, 3/4 or 6/8 expected")
    if bar_quarters(text := f"{beats}/{note_value}") > MOST_QUARTERS:
        raise PydanticCustomError("metre", "a bar of at most 16 quarters expected")
    return text


def bar_quarters(metre: str) -> Fraction:
    """Return the quarter notes of a bar: 3 for "6/8"."""
    beats, note_value = metre.split("/")
    return Fraction(4 * int(beats), int(note_value))
