"""Words of music theory: what texts for pitches, keys and metres mean, and how they are spelt."""

from nocturne.schemas.theory.keys import AS_PRIMED, COMMON_KEYS, Key, key_of, key_text
from nocturne.schemas.theory.metres import COMMON_METRES, bar_quarters, metre_text
from nocturne.schemas.theory.pitches import PITCHES, pitch_name, pitch_number, pitches_between

__all__ = [
    "AS_PRIMED",
    "COMMON_KEYS",
    "COMMON_METRES",
    "PITCHES",
    "Key",
    "bar_quarters",
    "key_of",
    "key_text",
    "metre_text",
    "pitch_name",
    "pitch_number",
    "pitches_between",
]
