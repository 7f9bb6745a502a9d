"""Write notes as ABC, version 2.1 of its standard: one voice for each layer that overlaps others.

Notes lie on the grid of grid.py; velocities are left out. An accidental is written where a note
differs from the key signature or from an earlier accidental of its bar.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from nocturne.schemas.theory import key_of
from nocturne.tasks.music.midi.signatures import MINOR
from nocturne.tasks.music.notation.grid import (
    FOURTHS,
    Chord,
    bar_steps,
    chords_of,
    voices_of,
)
from nocturne.tasks.music.notes import Notes

SHARPS = ("C", "^C", "D", "^D", "E", "F", "^F", "G", "^G", "A", "^A", "B")
FLATS = ("C", "_D", "D", "_E", "E", "F", "_G", "G", "_A", "A", "_B", "B")
# Keys by their signature, from six flats to six sharps.
MAJOR_KEYS = ("Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#")
MINOR_KEYS = ("Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m")
BARS_IN_LINE = 4
TRIPLET = "(3:2:1"  # one note, or rest, of two thirds of its written length
Accidentals = dict[str, str]  # by letter: they hold in all octaves


def to_abc(
    notes: Notes,
    *,
    tempo: float,
    program: int,
    name: str,
    metre: str = "4/4",
    key: str | None = None,
    texts: Sequence[str] = (),
) -> str:
    """Return notes as one ABC tune; tempo in quarters a minute, `key` as "D minor".

    A key that is neither major nor minor has the signature of the major key of its accidentals.
    """
    fifths = key_of(key).fifths if key else 0
    names = MINOR_KEYS if key and key_of(key).mode in MINOR else MAJOR_KEYS
    head = ["X:1", f"T:{name}", *(f"N:{text}" for text in texts)]
    head += [f"M:{metre}", "L:1/16", f"Q:1/4={tempo:g}"]
    head += [f"K:{names[fifths + 6]}", f"%%MIDI program {program}", "%%MIDI chordattack 0"]
    signature = signature_of(fifths)
    bar, lines, chords = bar_steps(metre), [], chords_of(notes)
    spelling = FLATS if fifths < 0 else SHARPS
    end = -(-max(chord.end for chord in chords) // bar) * bar
    for voice, own in enumerate(voices_of(chords), start=1):
        bars = list(_bars([*own, Chord(end, 0, ())], bar, signature, spelling))
        lines += [f"V:{voice}", f"%%MIDI program {program}"]
        lines += [
            " | ".join(bars[i : i + BARS_IN_LINE]) + " |" for i in range(0, len(bars), BARS_IN_LINE)
        ]
    return "\n".join([*head, *lines, ""])


def signature_of(fifths: int) -> Accidentals:
    """Return the accidental of every letter of a key signature: sharps, or flats below 0."""
    letters = "FCGDAEB"[:fifths] if fifths > 0 else "BEADGCF"[:-fifths]
    return dict.fromkeys(letters, "^" if fifths > 0 else "_")


def _bars(
    chords: list[Chord], bar: int, signature: Accidentals, names: Sequence[str]
) -> Iterator[str]:
    """Yield the text of every bar of a voice."""
    pieces = _split(chords, bar)
    for _, inside in groupby(pieces, lambda piece: piece[0].onset // bar):
        own: Accidentals = {}
        yield " ".join(_written(chord, tied, own, signature, names) for chord, tied in inside)


def _split(chords: list[Chord], bar: int) -> Iterator[tuple[Chord, bool]]:
    """Yield chords and rests, cut at every bar line, and whether each is tied to the next."""
    at = 0
    for chord in chords:
        for part in (Chord(at, chord.onset - at, ()), chord):
            start = part.onset
            while start < part.end:
                stop = min(part.end, (start // bar + 1) * bar)
                yield Chord(start, stop - start, part.pitches), stop < part.end
                start = stop
        at = chord.end


def _written(
    chord: Chord, tied: bool, own: Accidentals, signature: Accidentals, names: Sequence[str]
) -> str:
    """Return a chord or rest in ABC; changes `own`, the accidentals of its bar."""
    triplet = chord.duration % FOURTHS != 0  # lengths are of sixteenths: thirds need a bracket
    length = Fraction(chord.duration, 2 if triplet else FOURTHS)
    start, text = TRIPLET if triplet else "", "" if length == 1 else str(length)
    if not chord.pitches:
        return f"{start}z{text}"
    notes = [_note(pitch, own, signature, names) for pitch in chord.pitches]
    together = notes[0] if len(notes) == 1 else f"[{''.join(notes)}]"
    return f"{start}{together}{text}{'-' if tied else ''}"


def _note(pitch: int, own: Accidentals, signature: Accidentals, names: Sequence[str]) -> str:
    """Return a pitch in ABC: C is 60, c is 72, commas and apostrophes are further octaves."""
    name = names[pitch % 12]
    letter, sign = name[-1], name[:-1]
    octave = pitch // 12 - 5
    place = letter + "," * -octave if octave <= 0 else letter.lower() + "'" * (octave - 1)
    before = own.get(letter, signature.get(letter, ""))
    if sign == before:
        return place
    own[letter] = sign
    return (sign or "=") + place
