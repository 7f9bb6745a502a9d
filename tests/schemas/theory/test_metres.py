"""Metres as texts."""

from fractions import Fraction

import pytest
from pydantic_core import PydanticCustomError

from nocturne.schemas.theory import bar_quarters, metre_text


@pytest.mark.parametrize(
    ("value", "text", "quarters"),
    [
        ("4/4", "4/4", 4),
        (" 6 / 8 ", "6/8", 3),
        ("05/16", "5/16", Fraction(5, 4)),
        ("1/32", "1/32", Fraction(1, 8)),
        ("4/1", "4/1", 16),
    ],
)
def test_a_text_gives_the_usual_text_and_its_bar(value: str, text: str, quarters: Fraction) -> None:
    assert metre_text(value) == text
    assert bar_quarters(text) == quarters


@pytest.mark.parametrize("value", ["", None])
def test_nothing_is_a_free_rhythm(value: object) -> None:
    assert metre_text(value) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [("4/5", "such as"), ("0/4", "such as"), ("3", "such as"), (3, "such as"), ("5/1", "16 qua")],
)
def test_what_is_no_metre_is_refused(value: object, words: str) -> None:
    with pytest.raises(PydanticCustomError, match=words):
        metre_text(value)
