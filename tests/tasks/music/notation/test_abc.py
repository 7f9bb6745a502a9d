"""Tests of ABC: its text for small pieces, and the same notes back from symusic's reader."""

from pathlib import Path

import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.notation.abc import to_abc
from nocturne.tasks.music.notation.grid import STEPS, chords_of
from nocturne.tasks.music.notes import Notes
from tests.tasks.music.notes_for_tests import notes_in, notes_of

KEYS = (None, "D minor", "Eb major", "F# dorian", "B major", "Eb minor")
NOTE = st.tuples(
    st.integers(0, 4000), st.integers(60, 3000), st.integers(24, 96), st.integers(1, 127)
)


def abc(notes: Notes, **options: str | None) -> str:
    return to_abc(notes, tempo=97.0, program=73, name="Piece", **options)  # type: ignore[arg-type]


def assert_read_back(notes: Notes, **options: str | None) -> None:
    score = symusic.Score.from_abc(abc(notes, **options))
    ticks = score.ticks_per_quarter / STEPS
    read = sorted((round(n.time / ticks), n.pitch) for track in score.tracks for n in track.notes)
    chords = chords_of(notes)
    assert read == sorted((c.onset, p) for c in chords for p in c.pitches)
    ends = sorted(round(n.end / ticks) for track in score.tracks for n in track.notes)
    assert ends == sorted(c.end for c in chords for _ in c.pitches)


def test_the_text_of_a_small_piece() -> None:
    rows = [
        (0, 1, 60, 9),
        (0, 1, 66, 9),
        (1.5, 2, 65, 9),
        (2 + 1 / 3, 2 + 2 / 3, 72, 9),
        (3, 5, 54, 9),
    ]
    notes = notes_of(rows)
    assert abc(notes, texts=["seed: 7"]).splitlines() == [  # type: ignore[arg-type]
        "X:1",
        "T:Piece",
        "N:seed: 7",
        "M:4/4",
        "L:1/16",
        "Q:1/4=97",
        "K:C",
        "%%MIDI program 73",
        "%%MIDI chordattack 0",
        "V:1",
        "%%MIDI program 73",
        "[C^F]4 z2 =F2 (3:2:1z2 (3:2:1c2 (3:2:1z2 ^F,4- | ^F,4 z12 |",
    ]


def test_an_accidental_holds_in_all_octaves_of_its_bar() -> None:
    notes = notes_of([(beat, beat + 1, pitch, 9) for beat, pitch in enumerate((54, 66, 65, 77))])
    assert abc(notes).splitlines()[-1] == "^F,4 F4 =F4 f4 |"


def test_accidentals_follow_the_signature_and_the_bar() -> None:
    notes = notes_of([(beat, beat + 1, pitch, 9) for beat, pitch in enumerate((63, 64, 63, 70))])
    assert "K:Eb\n" in abc(notes, key="Eb major")
    assert abc(notes, key="Eb major").splitlines()[-1] == "E4 =E4 _E4 B4 |"


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=15)
@given(rows=st.lists(NOTE, min_size=1, max_size=30))
def test_symusic_reads_the_notes_back(key: str | None, rows: list[tuple[int, ...]]) -> None:
    notes = notes_of([(t / 480, (t + d) / 480, p, v) for t, d, p, v in rows])
    assert_read_back(notes, key=key)


@pytest.mark.parametrize("metre", ["3/4", "6/8", "7/8"])
@pytest.mark.parametrize("corpus", ["folk", "piano"])
def test_real_songs_are_read_back(shared_midi: Path, corpus: str, metre: str) -> None:
    path = min((shared_midi / corpus).glob("*.mid"))
    assert_read_back(notes_in(path, 120), metre=metre)
