"""Keys as texts, their scales and their signatures."""

import pretty_midi
import pytest
from pydantic_core import PydanticCustomError

from nocturne.schemas.theory import AS_PRIMED, COMMON_KEYS, Key, key_of, key_text
from nocturne.schemas.theory.keys import MODES


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("D minor", "D minor"),
        ("d min", "D minor"),
        ("Dm", "D minor"),
        ("DM", "D major"),
        ("Eb", "Eb major"),
        ("e flat", "Eb major"),
        ("F# dorian", "F# dorian"),
        ("F♯ Dorian", "F# dorian"),
        ("f sharp dorian", "F# dorian"),
        ("Bb mixolydian", "Bb mixolydian"),
        ("b_minor", "B minor"),
        ("bbm", "Bb minor"),
        ("as primed", AS_PRIMED),
        ("As_Primed", AS_PRIMED),
        ("", None),
        (None, None),
    ],
)
def test_a_text_gives_the_usual_text(value: object, text: str | None) -> None:
    assert key_text(value) == text


@pytest.mark.parametrize("value", ["H minor", "D blues", "minor", "16", 5, "C major D"])
def test_what_is_no_key_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="D minor"):
        key_text(value)


STEPS = {  # semitones above the tonic
    "major": (0, 2, 4, 5, 7, 9, 11),
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
}


@pytest.mark.parametrize("mode", STEPS)
def test_scales_are_those_of_the_modes_and_of_their_signatures(mode: str) -> None:
    for tonic, number in {"C": 0, "C#": 1, "Db": 1, "F": 5, "F#": 6, "Gb": 6, "Cb": 11}.items():
        key = key_of(f"{tonic} {mode}")
        assert key.pitch_classes == {(number + step) % 12 for step in STEPS[mode]}
        signature = {(7 * (key.fifths + n)) % 12 for n in range(-1, 6)}  # F C G D A E B, moved
        assert key.pitch_classes == signature
        assert -6 <= key.fifths <= 6
    assert set(STEPS) == set(MODES)


@pytest.mark.parametrize(
    ("text", "fifths"),
    [("D minor", -1), ("F# major", 6), ("Gb major", -6), ("Eb minor", -6), ("F locrian", -6)],
)
def test_signatures_have_the_accidentals_of_their_tonic(text: str, fifths: int) -> None:
    assert key_of(text).fifths == fifths


def test_common_keys_are_all_of_them_with_the_signatures_of_midi() -> None:
    assert len({(key_of(text).tonic_class, key_of(text).mode) for text in COMMON_KEYS}) == 24
    for text in COMMON_KEYS:
        tonic, mode = text.split()
        number = pretty_midi.key_name_to_key_number(f"{tonic} {mode}")
        assert (number % 12, number // 12) == (key_of(text).tonic_class, mode == "minor")


def test_a_key_is_transposed() -> None:
    assert Key("D", "minor").transposed(3) == Key("F", "minor")
    assert Key("D", "minor").transposed(-1) == Key("C#", "minor")
    assert Key("Gb", "lydian").transposed(12) == Key("Gb", "lydian")
    assert Key("D", "dorian").transposed(14).text == "E dorian"
