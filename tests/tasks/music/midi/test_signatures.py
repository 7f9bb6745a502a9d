"""Key signatures: the accidentals of the scale, as tables of music theory have them."""

import pretty_midi
import pytest

from nocturne.tasks.music.midi.signatures import key_signature, time_signature


@pytest.mark.parametrize(
    ("key", "signature"),
    [
        ("C major", "C Major"),
        ("Bb major", "Bb Major"),
        ("Cb major", "B Major"),
        ("D minor", "D minor"),
        ("D# minor", "Eb minor"),
        ("A aeolian", "A minor"),
        ("D dorian", "C Major"),
        ("F# dorian", "E Major"),
        ("E phrygian", "C Major"),
        ("F lydian", "C Major"),
        ("Bb mixolydian", "Eb Major"),
        ("B locrian", "C Major"),
        ("C locrian", "Db Major"),
    ],
)
def test_a_mode_has_the_signature_of_its_scale(key: str, signature: str) -> None:
    number = key_signature(key).key_number
    assert pretty_midi.key_number_to_key_name(number) == signature


def test_a_metre_is_two_numbers() -> None:
    found = time_signature("12/8")
    assert (found.numerator, found.denominator, found.time) == (12, 8, 0)
