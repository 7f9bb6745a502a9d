"""Tests of the grid: beats of fourths or thirds, no pitch over itself, voices without overlap."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.music.notation.grid import Chord, bar_steps, chords_of, voices_of
from tests.tasks.music.notes_for_tests import notes_of

NOTE = st.tuples(
    st.integers(0, 4000), st.integers(1, 3000), st.integers(40, 90), st.integers(1, 127)
)


def test_a_beat_is_divided_as_its_onsets_lie() -> None:
    notes = notes_of([(0, 0.24, 60, 9), (0.26, 0.5, 62, 9), (1, 1.3, 64, 9), (1.34, 1.7, 65, 9)])
    assert chords_of(notes) == [
        Chord(0, 3, (60,)),
        Chord(3, 3, (62,)),
        Chord(12, 4, (64,)),
        Chord(16, 4, (65,)),
    ]


def test_notes_that_begin_and_end_together_are_a_chord() -> None:
    notes = notes_of([(0, 1, 60, 9), (0, 1.01, 64, 9), (0, 2, 67, 9)])
    assert chords_of(notes) == [Chord(0, 24, (67,)), Chord(0, 12, (60, 64))]


def test_a_note_just_before_a_beat_begins_on_it() -> None:
    assert chords_of(notes_of([(0.99, 1.99, 60, 9)])) == [Chord(12, 12, (60,))]


@given(st.lists(NOTE, min_size=1, max_size=40))
def test_no_pitch_sounds_twice_and_voices_do_not_overlap(rows: list[tuple[int, ...]]) -> None:
    notes = notes_of([(t / 480, (t + d) / 480, p, v) for t, d, p, v in rows])
    chords = chords_of(notes)
    sounding = [(c.onset, c.end, p) for c in chords for p in c.pitches]
    assert {p for _, _, p in sounding} == set(notes.pitch.tolist())
    for onset, end, pitch in sounding:
        assert end - onset >= 3
        assert not any(p == pitch and onset < o < end for o, _, p in sounding)
    voices = voices_of(chords)
    assert sorted(c for voice in voices for c in voice) == sorted(chords)
    assert all(a.end <= b.onset for voice in voices for a, b in pairwise(voice))


def test_a_bar_has_the_steps_of_its_metre() -> None:
    assert [bar_steps(metre) for metre in ("4/4", "3/4", "6/8", "7/8", "2/2")] == [
        48,
        36,
        36,
        42,
        48,
    ]
