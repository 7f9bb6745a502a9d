"""Tests of writing MIDI: exact ticks back, whoever reads."""

import io
from pathlib import Path

import numpy as np
import pretty_midi
import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.midi.writer import (
    Heading,
    microseconds_per_quarter,
    to_midi,
    to_ticks,
)
from nocturne.tasks.music.notes import Notes
from tests.tasks.music.notes_for_tests import notes_in, notes_of, scale

Row = tuple[int, int, int, int]
NOTE = st.tuples(
    st.integers(0, 4000), st.integers(1, 3000), st.integers(0, 127), st.integers(1, 127)
)


def written_rows(notes: Notes) -> list[Row]:
    ticks = to_ticks(notes)
    columns = (ticks.onset, ticks.offset, ticks.pitch, ticks.velocity)
    return sorted(zip(*(c.tolist() for c in columns), strict=True))


def symusic_rows(content: bytes) -> list[Row]:
    score = symusic.Score.from_midi(content)
    assert score.ticks_per_quarter == 480
    notes = [n for track in score.tracks for n in track.notes]
    return sorted((n.start, n.end, n.pitch, n.velocity) for n in notes)


def pretty_midi_rows(content: bytes) -> list[Row]:
    midi = pretty_midi.PrettyMIDI(io.BytesIO(content))
    (instrument,) = midi.instruments
    tick = midi.time_to_tick
    notes = instrument.notes
    return sorted((int(tick(n.start)), int(tick(n.end)), n.pitch, n.velocity) for n in notes)


def test_exact_ticks_of_a_small_piece() -> None:
    notes = notes_of([(0, 1, 60, 64), (0, 0.5, 64, 80), (1 / 3, 1.25, 67, 127)])
    expected = [(0, 240, 64, 80), (0, 480, 60, 64), (160, 600, 67, 127)]
    content = to_midi(notes, tempo=120, program=73, name="Piece")
    assert content[:4] == b"MThd"
    assert symusic_rows(content) == pretty_midi_rows(content) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(NOTE, min_size=1, max_size=40), st.floats(20, 400))
def test_both_readers_get_the_written_notes(rows: list[Row], tempo: float) -> None:
    notes = notes_of([(t / 480, (t + d) / 480, p, v) for t, d, p, v in rows])
    content = to_midi(notes, tempo=tempo, program=0, name="x")
    assert symusic_rows(content) == pretty_midi_rows(content) == written_rows(notes)
    written = symusic.Score.from_midi(content)
    assert [t.mspq for t in written.tempos] == [microseconds_per_quarter(tempo)]


@settings(max_examples=60, deadline=None)
@given(st.lists(NOTE, min_size=1, max_size=40))
def test_a_pitch_never_overlaps_itself(rows: list[Row]) -> None:
    notes = notes_of([(t / 480, (t + d) / 480, p, v) for t, d, p, v in rows])
    ticks = to_ticks(notes)
    starts = {(t, p) for t, _, p, _ in rows}
    assert set(zip(ticks.onset.tolist(), ticks.pitch.tolist(), strict=True)) == starts
    for pitch in np.unique(ticks.pitch):
        mine = ticks.pitch == pitch
        assert (ticks.onset[mine][1:] >= ticks.offset[mine][:-1]).all()
    assert (ticks.offset > ticks.onset).all()


def test_overlap_of_one_pitch_ends_the_earlier_note() -> None:
    notes = notes_of([(0, 4, 60, 10), (1, 2, 60, 20), (0, 4, 62, 30), (1, 3, 60, 5)])
    assert written_rows(notes) == [(0, 480, 60, 10), (0, 1920, 62, 30), (480, 1440, 60, 5)]


def test_name_program_and_time_signature() -> None:
    midi = pretty_midi.PrettyMIDI(
        io.BytesIO(to_midi(scale(), tempo=97.3, program=21, name="Ré №7"))
    )
    assert midi.instruments[0].name == "Ré ?7"
    assert midi.instruments[0].program == 21
    assert not midi.instruments[0].is_drum
    assert midi.get_tempo_changes()[1].tolist() == pytest.approx([97.3], rel=1e-5)


def read(heading: Heading) -> pretty_midi.PrettyMIDI:
    content = to_midi(scale(), tempo=97.3, program=21, name="x", heading=heading)
    assert int.from_bytes(content[8:10]) == 1  # format 1
    return pretty_midi.PrettyMIDI(io.BytesIO(content))


def test_a_heading_is_read_back_before_the_first_note() -> None:
    midi = read(Heading(metre="6/8", key="D minor", texts=["model: a", "Ré №7"]))
    (metre,), (key,) = midi.time_signature_changes, midi.key_signature_changes
    assert (metre.numerator, metre.denominator, metre.time) == (6, 8, 0)
    assert (pretty_midi.key_number_to_key_name(key.key_number), key.time) == ("D minor", 0)
    assert [(text.text, text.time) for text in midi.text_events] == [("model: a", 0), ("Ré ?7", 0)]


def test_no_metre_is_four_quarters_and_no_key_no_signature() -> None:
    midi = read(Heading())
    (metre,) = midi.time_signature_changes
    assert (metre.numerator, metre.denominator) == (4, 4)
    assert midi.key_signature_changes == midi.text_events == []


def test_same_notes_same_bytes() -> None:
    one, two = (to_midi(scale(64), tempo=120, program=0, name="x") for _ in range(2))
    assert one == two
    assert one != to_midi(scale(64), tempo=121, program=0, name="x")


def test_no_notes_is_still_a_valid_file() -> None:
    assert symusic_rows(to_midi(notes_of([]), tempo=120, program=0, name="silence")) == []


@pytest.mark.parametrize("corpus", ["pop", "folk", "piano"])
def test_real_songs_survive(shared_midi: Path, corpus: str) -> None:
    for path in sorted((shared_midi / corpus).glob("*.mid"))[:3]:
        notes = notes_in(path, limit=2000)
        content = to_midi(notes, tempo=120, program=0, name=path.stem)
        assert symusic_rows(content) == pretty_midi_rows(content) == written_rows(notes)
