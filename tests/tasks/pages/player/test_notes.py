"""Tests of the notes that a page carries: the same ticks as in the MIDI file."""

import numpy as np

from nocturne.tasks.pages.player.notes import from_page_notes, to_page_notes
from tests.tasks.music.notes_for_tests import notes_of


def test_notes_are_ticks_from_the_first_onset() -> None:
    notes = notes_of([(1, 1.5, 60, 90), (1.5, 3, 64, 1)])
    assert to_page_notes(notes) == "[[0,240,60,90],[240,720,64,1]]"


def test_overlapping_notes_of_a_pitch_are_cut_as_in_the_midi_file() -> None:
    notes = notes_of([(0, 2, 60, 90), (1, 2, 60, 80)])
    assert to_page_notes(notes) == "[[0,480,60,90],[480,480,60,80]]"


def test_notes_come_back_in_beats() -> None:
    notes = from_page_notes("[[0,240,60,90],[240,720,64,1]]")
    assert notes.onset_beats.tolist() == [0, 0.5]
    assert notes.offset_beats.tolist() == [0.5, 2]
    assert notes.pitch.tolist() == [60, 64]
    assert notes.velocity.dtype == np.uint8
