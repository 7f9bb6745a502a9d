"""The instruments of General MIDI level 1, and which one a name or a number means."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from pydantic_core import PydanticCustomError

PROGRAMS = 128
_FAMILIES = (
    "Acoustic Grand Piano, Bright Acoustic Piano, Electric Grand Piano, Honky-tonk Piano, "
    "Electric Piano 1, Electric Piano 2, Harpsichord, Clavinet, "
    "Celesta, Glockenspiel, Music Box, Vibraphone, Marimba, Xylophone, Tubular Bells, "
    "Dulcimer, "
    "Drawbar Organ, Percussive Organ, Rock Organ, Church Organ, Reed Organ, Accordion, "
    "Harmonica, Tango Accordion, "
    "Acoustic Guitar (nylon), Acoustic Guitar (steel), Electric Guitar (jazz), Electric "
    "Guitar (clean), Electric Guitar (muted), Overdriven Guitar, Distortion Guitar, Guitar "
    "Harmonics, "
    "Acoustic Bass, Electric Bass (finger), Electric Bass (pick), Fretless Bass, Slap Bass 1, "
    "Slap Bass 2, Synth Bass 1, Synth Bass 2, "
    "Violin, Viola, Cello, Contrabass, Tremolo Strings, Pizzicato Strings, Orchestral Harp, "
    "Timpani, "
    "String Ensemble 1, String Ensemble 2, Synth Strings 1, Synth Strings 2, Choir Aahs, "
    "Voice Oohs, Synth Choir, Orchestra Hit, "
    "Trumpet, Trombone, Tuba, Muted Trumpet, French Horn, Brass Section, Synth Brass 1, Synth "
    "Brass 2, "
    "Soprano Sax, Alto Sax, Tenor Sax, Baritone Sax, Oboe, English Horn, Bassoon, Clarinet, "
    "Piccolo, Flute, Recorder, Pan Flute, Blown Bottle, Shakuhachi, Whistle, Ocarina, "
    "Lead 1 (square), Lead 2 (sawtooth), Lead 3 (calliope), Lead 4 (chiff), Lead 5 (charang), "
    "Lead 6 (voice), Lead 7 (fifths), Lead 8 (bass + lead), "
    "Pad 1 (new age), Pad 2 (warm), Pad 3 (polysynth), Pad 4 (choir), Pad 5 (bowed), Pad 6 "
    "(metallic), Pad 7 (halo), Pad 8 (sweep), "
    "FX 1 (rain), FX 2 (soundtrack), FX 3 (crystal), FX 4 (atmosphere), FX 5 (brightness), FX "
    "6 (goblins), FX 7 (echoes), FX 8 (sci-fi), "
    "Sitar, Banjo, Shamisen, Koto, Kalimba, Bagpipe, Fiddle, Shanai, "
    "Tinkle Bell, Agogo, Steel Drums, Woodblock, Taiko Drum, Melodic Tom, Synth Drum, Reverse "
    "Cymbal, "
    "Guitar Fret Noise, Breath Noise, Seashore, Bird Tweet, Telephone Ring, Helicopter, "
    "Applause, Gunshot"
)
INSTRUMENTS = tuple("".join(_FAMILIES).split(", "))  # by program, 0 to 127
SHOWN = 6  # names in an error message


def program_of(value: object) -> int | None:
    """Return the program, 0 to 127, that a number or a name means; None for nothing or "".

    A name may have any case and spacing, and be a word, the beginning or a part of one
    instrument's name alone. An error of pydantic's names near ones for any other value.
    """
    if value is None or value == "":
        return None
    number = whole_number(value)
    if number is not None and 0 <= number < PROGRAMS:
        return number
    if number is not None or not isinstance(value, str):
        raise _error("a number from 0 to 127 or the name of a General MIDI instrument expected")
    wanted = _plain(value)
    found = _meant(wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise _error(f"more than one General MIDI instrument has that name: {_listed(found)}")
    near = _listed(_near(wanted))
    hint = f"; near: {near}" if near else ": `nocturne programs` lists them"
    raise _error(f"no General MIDI instrument has that name{hint}")


def whole_number(value: object) -> int | None:
    """Return a whole number that `value` is or spells; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if isinstance(value, str) or number == value else None


def _plain(name: str) -> str:
    """Return the letters and digits of a name in lower case, a space between its words."""
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))


def _meant(wanted: str) -> list[int]:
    """Return the programs that a plain name may mean, by the strictest rule that any meets."""
    names = [_plain(name) for name in INSTRUMENTS]
    rules: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: f" {wanted} " in f" {name} ",
        lambda name: name.startswith(wanted),
        lambda name: wanted.replace(" ", "") in name.replace(" ", ""),
    )
    if not wanted:
        return []
    found = ([program for program, name in enumerate(names) if rule(name)] for rule in rules)
    return next((programs for programs in found if programs), [])


def _near(wanted: str) -> list[int]:
    """Return programs with a name, or a word in it, that is spelt much like `wanted`."""
    names = [_plain(name) for name in INSTRUMENTS]
    words = {word for name in names for word in name.split()}
    close = get_close_matches(wanted, sorted({*names, *words}), n=SHOWN)
    return list(dict.fromkeys(program for name in close for program in _meant(name)))


def _listed(programs: list[int]) -> str:
    shown = ", ".join(f"{INSTRUMENTS[program]} ({program})" for program in programs[:SHOWN])
    return f"{shown}, ..." if len(programs) > SHOWN else shown


def _error(words: str) -> PydanticCustomError:
    return PydanticCustomError("program", "{words}", {"words": words})
