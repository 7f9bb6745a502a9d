"""Write notes as MusicXML with music21, on the grid of grid.py.

music21 makes the notation: bars, ties, voices, beams and triplets. It takes some 0.6 s of processor
time for 256 notes, and is imported when the first piece is written. Its date and random ids are
taken out: the same notes give the same bytes.
"""

import re
from fractions import Fraction

from nocturne.schemas.theory import key_of
from nocturne.tasks.music.notation.grid import STEPS, chords_of
from nocturne.tasks.music.notes import Notes

DATE = re.compile(rb"\s*<encoding-date>.*?</encoding-date>")
RANDOM_ID = re.compile(rb'"(?P<kind>[PI])[0-9a-f]{32}"')  # of the one part and its instrument


def to_musicxml(
    notes: Notes,
    *,
    tempo: float,
    program: int,
    name: str,
    metre: str = "4/4",
    key: str | None = None,
) -> bytes:
    """Return notes as a MusicXML score of one part; tempo in quarters a minute."""
    from music21 import chord, instrument, metadata, meter, note, stream
    from music21.key import KeySignature
    from music21.musicxml.m21ToXml import GeneralObjectExporter
    from music21.tempo import MetronomeMark

    part = stream.Part(id="P1")
    part.insert(0, instrument.instrumentFromMidiProgram(program))
    part.insert(0, MetronomeMark(number=tempo))
    part.insert(0, meter.TimeSignature(metre))
    if key:
        part.insert(0, KeySignature(key_of(key).fifths))
    for one in chords_of(notes):
        single = len(one.pitches) == 1
        written = note.Note(one.pitches[0]) if single else chord.Chord(one.pitches)
        written.quarterLength = Fraction(one.duration, STEPS)
        part.insert(Fraction(one.onset, STEPS), written)
    score = stream.Score([part])
    score.metadata = metadata.Metadata(title=name)
    return RANDOM_ID.sub(rb'"\g<kind>1"', DATE.sub(b"", GeneralObjectExporter(score).parse()))
