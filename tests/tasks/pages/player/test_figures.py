"""Tests of the figures that pieces are sorted by: numbers in which they differ."""

import pytest

from nocturne.tasks.pages.player.figures import figures_of, value_of

ROWS = [
    {"index": 0, "notes": 8, "file": "a", "tempo": 120.0, "bits_lost": None, "temperature": 0.9},
    {"index": 1, "notes": 9, "file": "b", "tempo": 120.0, "bits_lost": 1.5, "temperature": 1.0},
    {"index": 2, "notes": 9, "file": "c", "tempo": 120.0, "bits_lost": 0.5, "temperature": 1.0},
]


def test_a_figure_is_a_number_that_is_not_the_same_for_all() -> None:
    found = {figure.column: figure.title for figure in figures_of(ROWS)}
    assert found == {
        "index": "Number",
        "notes": "Notes",
        "bits_lost": "Bits lost",
        "temperature": "Temperature",
    }


def test_one_piece_has_its_number_to_sort_by() -> None:
    assert [figure.column for figure in figures_of(ROWS[:1])] == ["index"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), (True, 1), (1 / 3, 0.333333), (float("nan"), None), ("x", None), (None, None)],
)
def test_values_are_numbers_or_none(value: object, expected: float | None) -> None:
    assert value_of({"a": value}, "a") == expected
