"""Pitches by number or name."""

import pretty_midi
import pytest
from pydantic_core import PydanticCustomError

from nocturne.schemas.theory import pitch_name, pitch_number, pitches_between


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        (127, 127),
        ("60", 60),
        (60.0, 60),
        ("C4", 60),
        ("c4", 60),
        ("  c 4 ", 60),
        ("C#4", 61),
        ("c♯4", 61),
        ("C sharp 4", 61),
        ("Db4", 61),
        ("D♭4", 61),
        ("d-flat 4", 61),
        ("b3", 59),
        ("bb3", 58),
        ("bbb3", 57),
        ("Cb4", 59),
        ("B#3", 60),
        ("f##4", 67),
        ("C-1", 0),
        ("G9", 127),
        (None, None),
        ("", None),
    ],
)
def test_a_number_or_a_name_gives_the_pitch(value: object, number: int | None) -> None:
    assert pitch_number(value) == number


def test_names_are_read_as_pretty_midi_reads_them() -> None:
    for pitch in range(128):
        assert pretty_midi.note_name_to_number(pitch_name(pitch)) == pitch
        assert pitch_number(pitch_name(pitch)) == pitch


@pytest.mark.parametrize("value", [-1, 128, "H4", "C", "G#9", "Cb-1", 60.5, True, [], "C4 D4"])
def test_what_is_no_pitch_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="such as C4"):
        pitch_number(value)


def test_a_missing_limit_is_midis() -> None:
    assert pitches_between(None, None) == range(128)
    assert pitches_between(60, 72) == range(60, 73)
    assert not pitches_between(60, 59)
