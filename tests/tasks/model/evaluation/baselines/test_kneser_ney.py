"""Kneser-Ney against its definition, and as a probability distribution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.model.evaluation.baselines.kneser_ney import (
    FALLBACK_DISCOUNTS,
    discounts,
    order_probabilities,
)
from nocturne.tasks.model.evaluation.baselines.streams import Stream, note_row
from tests.tasks.model.evaluation.baselines.brute_force import KneserNey
from tests.tasks.model.evaluation.baselines.corpora import SIZES, random_songs, split_of

TRAIN = random_songs(1, (40, 25, 60, 1, 33))
HELD_OUT = random_songs(2, (20, 3))


def test_discounts_follow_the_formula() -> None:
    counts = np.array([0] * 3 + [1] * 10 + [2] * 5 + [3] * 2 + [4] + [9])
    y = 10 / 20
    expected = [0, 1 - 2 * y * 5 / 10, 2 - 3 * y * 2 / 5, 3 - 4 * y * 1 / 2]
    np.testing.assert_allclose(discounts(counts), expected, rtol=1e-15)


def test_discounts_fall_back_where_the_formula_is_undefined() -> None:
    assert tuple(discounts(np.array([1, 1, 2, 3, 7]))) == FALLBACK_DISCOUNTS


@pytest.mark.parametrize("stream", ["own", "interleaved"])
@pytest.mark.parametrize("attribute", range(len(SIZES)))
def test_equals_the_definition(stream: Stream, attribute: int) -> None:
    row = note_row([split_of(TRAIN)], [split_of(HELD_OUT)], SIZES)
    found = list(order_probabilities(row, attribute, stream, 5))
    assert len(found) == 5
    for order, probabilities in enumerate(found, start=1):
        model = KneserNey(TRAIN, attribute, stream, order, SIZES[attribute])
        expected = [model.probability(song, n) for song in HELD_OUT for n in range(len(song))]
        np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    attribute=st.integers(0, 2),
    stream=st.sampled_from(["own", "interleaved"]),
    known=st.integers(0, 12),
)
def test_is_a_distribution(seed: int, attribute: int, stream: Stream, known: int) -> None:
    """One song for each value that the last note could have: together they are certain."""
    song = random_songs(seed, (known + 1,))[0]
    songs = []
    for value in range(SIZES[attribute]):
        songs.append(song.copy())
        songs[-1][-1, attribute] = value
    train = random_songs(seed + 1, (1 + seed % 50, 20))
    row = note_row([split_of(train)], [split_of(songs)], SIZES)
    for probabilities in order_probabilities(row, attribute, stream, 8):
        last = probabilities[known :: known + 1]
        assert len(last) == SIZES[attribute]
        assert np.all(last > 0)
        assert abs(last.sum() - 1) < 1e-12


def test_later_notes_change_no_earlier_probability() -> None:
    row = note_row([split_of(TRAIN)], [split_of(HELD_OUT)], SIZES)
    changed = [HELD_OUT[0].copy(), HELD_OUT[1]]
    changed[0][12:] = (changed[0][12:] + 1) % SIZES
    other = note_row([split_of(TRAIN)], [split_of(changed)], SIZES)
    for before, after in zip(
        order_probabilities(row, 1, "interleaved", 8),
        order_probabilities(other, 1, "interleaved", 8),
        strict=True,
    ):
        np.testing.assert_array_equal(before[:12], after[:12])
        np.testing.assert_array_equal(before[20:], after[20:])
        assert np.any(before[12:20] != after[12:20])
