"""Keys: a tonic and a mode, as texts such as "D minor", "F# dorian" and "Bb mixolydian"."""

import re
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from nocturne.schemas.theory.pitches import NOTE, SEMITONES, accidental

AS_PRIMED = "as primed"  # the key found in the notes that a sample continues
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)  # semitones above the tonic
# Each mode begins on a degree of the major scale, counted from 0.
MODES = {
    "major": 0,
    "minor": 5,
    "ionian": 0,
    "dorian": 1,
    "phrygian": 2,
    "lydian": 3,
    "mixolydian": 4,
    "aeolian": 5,
    "locrian": 6,
}
SHORT = {"": "major", "maj": "major", "m": "minor", "min": "minor"}
# Tonics by pitch class, as keys of few sharps or flats are spelt.
MAJOR_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
COMMON_KEYS = tuple(f"{tonic} major" for tonic in MAJOR_TONICS) + tuple(
    f"{tonic} minor" for tonic in MINOR_TONICS
)
_KEY = re.compile(rf"{NOTE}[\s_-]*(?P<mode>[a-z]*)")


class Key(NamedTuple):
    """A tonic such as F#, and the name of a mode."""

    tonic: str
    mode: str

    @property
    def text(self) -> str:
        """The key in words: "F# dorian"."""
        return f"{self.tonic} {self.mode}"

    @property
    def tonic_class(self) -> int:
        """The pitch class of the tonic: 0 for C to 11 for B."""
        signs = self.tonic.count("#") - self.tonic.count("b")
        return (SEMITONES[self.tonic[0].lower()] + signs) % 12

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The seven pitch classes of the scale."""
        return frozenset((self._major_class + step) % 12 for step in MAJOR_SCALE)

    @property
    def fifths(self) -> int:
        """Sharps (above 0) or flats (below 0) of the key signature, -6 to 6.

        A signature of seven accidentals or more is that of the enharmonic key.
        """
        sharps = self._major_class * 7 % 12
        flat = "b" in self.tonic or self.tonic == "F"  # F locrian
        return sharps - 12 if sharps > 6 or (sharps == 6 and flat) else sharps

    def transposed(self, semitones: int) -> "Key":
        """Return the key so many semitones higher, as it is commonly spelt."""
        if semitones % 12 == 0:
            return self
        tonic = (self.tonic_class + semitones) % 12
        major_like = MODES[self.mode] in (0, 3, 4)  # scales with a major third
        return Key((MAJOR_TONICS if major_like else MINOR_TONICS)[tonic], self.mode)

    @property
    def _major_class(self) -> int:
        """The pitch class on which the major scale of these pitches begins."""
        return (self.tonic_class - MAJOR_SCALE[MODES[self.mode]]) % 12


def key_of(text: str) -> Key:
    """Return the key that a text means, in any case and spacing; an error of pydantic's if none.

    A tonic alone is major, as in "Eb"; with m or min it is minor, as in "F#m".
    """
    plain = text.strip()
    plain = f"{plain[:-1]} major" if plain.endswith("M") else plain
    found = _KEY.fullmatch(plain.lower())
    mode = found and SHORT.get(found["mode"], found["mode"])
    if found is None or mode not in MODES:
        words = (
            f"a tonic and a mode such as D minor, F# dorian or Bb mixolydian, or {AS_PRIMED!r}, "
            f"expected; modes: {', '.join(MODES)}"
        )
        raise PydanticCustomError("key", "{words}", {"words": words})
    return Key(_spelt(found), mode)


def key_text(value: object) -> str | None:
    """Return the usual text of a key or AS_PRIMED; None for nothing or ""."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise PydanticCustomError("key", "a text such as D minor expected")
    plain = re.sub(r"[\s_-]+", " ", value.strip().lower())
    return AS_PRIMED if plain in (AS_PRIMED, "primed") else key_of(value).text


def _spelt(found: re.Match[str]) -> str:
    """Return the tonic that was matched, with a sharp as # and a flat as b."""
    up = accidental(found["sign"])
    return found["letter"].upper() + ("#" * up if up > 0 else "b" * -up)
