"""Instruments by number or name."""

import pretty_midi
import pytest
from pydantic import ValidationError

from nocturne.schemas.config import ComposeConfig, GenerateConfig
from nocturne.schemas.instruments import INSTRUMENTS, program_of

HARP = 46


def letters(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def test_the_names_are_those_of_general_midi() -> None:
    named = [pretty_midi.program_to_instrument_name(program) for program in range(128)]
    assert [letters(name) for name in INSTRUMENTS] == [letters(name) for name in named]


@pytest.mark.parametrize(
    ("value", "program"),
    [
        (73, 73),
        ("73", 73),
        (0, 0),
        (127, 127),
        (73.0, 73),
        ("flute", 73),
        (" FLUTE ", 73),
        ("Acoustic Grand Piano", 0),
        ("acoustic  grand_piano", 0),
        ("honky tonk", 3),
        ("electric guitar clean", 27),
        ("trombo", 57),
        ("harp", HARP),
        ("pan flute", 75),
        ("bagpipe", 109),
        ("sci-fi", 103),
        (None, None),
        ("", None),
    ],
)
def test_a_number_or_a_name_gives_the_program(value: object, program: int | None) -> None:
    for config in (GenerateConfig, ComposeConfig):
        assert config.model_validate({"program": value}).program == program


def test_every_instrument_is_found_by_its_own_name() -> None:
    assert [program_of(name) for name in INSTRUMENTS] == list(range(128))
    assert [program_of(name.upper().replace(" ", "")) for name in INSTRUMENTS] == list(range(128))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (128, "number from 0 to 127"),
        (-1, "number from 0 to 127"),
        ("128", "number from 0 to 127"),
        (7.5, "number from 0 to 127"),
        (True, "number from 0 to 127"),
        ([], "number from 0 to 127"),
        (float("nan"), "number from 0 to 127"),
        ("piano", r"more than one .*Acoustic Grand Piano \(0\), .*Electric Piano 2 \(5\)"),
        ("pad", r"more than one .*Pad 1 \(new age\) \(88\), .*, \.\.\."),
        ("soprano sax and", r"no General MIDI instrument .*Soprano Sax \(64\)"),
        ("fluite", r"no General MIDI instrument .*Flute \(73\)"),
        ("vioiln", r"near: .*Violin \(40\)"),
        ("xyzzy", "nocturne programs"),
        ("???", "nocturne programs"),
        (" ", "nocturne programs"),
    ],
)
def test_any_other_value_is_told_in_one_line(value: object, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        GenerateConfig.model_validate({"program": value})
    (error,) = caught.value.errors()
    assert "\n" not in error["msg"]
