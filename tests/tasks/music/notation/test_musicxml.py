"""Tests of MusicXML: music21 reads the notes back; the same notes give the same bytes."""

import re

from music21 import converter
from music21.note import GeneralNote

from nocturne.tasks.music.notation.grid import STEPS, chords_of
from nocturne.tasks.music.notation.musicxml import to_musicxml
from tests.tasks.music.notes_for_tests import notes_of

ROWS = [(0, 1, 60, 9), (0, 1, 67, 9), (1, 1.33, 64, 9), (1.34, 1.67, 65, 9), (3, 5.5, 62, 9)]
NOTES = notes_of([*ROWS, (3.5, 4, 71, 9)])


def written(key: str | None = "D minor") -> bytes:
    return to_musicxml(NOTES, tempo=90, program=73, name="A & B", metre="3/4", key=key)


def test_music21_reads_the_notes_back() -> None:
    score = converter.parse(written(), format="musicxml").stripTies()

    def times(one: GeneralNote) -> tuple[int, int]:
        onset, length = one.getOffsetInHierarchy(score), one.quarterLength
        return round(onset * STEPS), round(length * STEPS)

    read = sorted((*times(one), p.midi) for one in score.recurse().notes for p in one.pitches)
    expected = [(c.onset, c.duration, p) for c in chords_of(NOTES) for p in c.pitches]
    assert read == sorted(expected)


def test_metre_key_tempo_and_title_stand_in_it() -> None:
    text = written().decode()
    assert "<beats>3</beats>" in text
    assert "<fifths>-1</fifths>" in text
    assert re.search("<per-minute>90(.0)?</per-minute>", text)
    assert "A &amp; B" in text
    assert "<midi-program>74</midi-program>" in text


def test_the_same_notes_give_the_same_bytes() -> None:
    assert written() == written()
    assert written(key=None) != written()
