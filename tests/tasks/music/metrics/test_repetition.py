"""Repetition, loops and uptake, by hand and against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.metrics.excerpt import excerpt_of
from nocturne.tasks.music.metrics.repetition import is_looping, repetition, uptake, windows
from tests.tasks.music.metrics.music import VOCABULARY, ids_of, random_ids


def spelled(steps: list[int]) -> list[tuple[int, ...]]:
    return [tuple(steps[i : i + 4]) for i in range(len(steps) - 3)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-3, 3), max_size=40))
def test_windows_are_equal_exactly_where_their_four_steps_are(steps: list[int]) -> None:
    found = windows(np.array(steps, np.int64)).tolist()
    expected = spelled(steps)
    assert len(found) == len(expected)
    pairs = set(zip(found, expected, strict=True))
    assert len(pairs) == len(set(found)) == len(set(expected))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 2), max_size=30), st.lists(st.integers(0, 2), max_size=30))
def test_uptake_is_the_share_of_windows_already_known(known: list[int], later: list[int]) -> None:
    found = uptake(np.array(known, np.int64), np.array(later, np.int64))
    if len(known) < 4 or len(later) < 4:
        assert math.isnan(found)
    else:
        shared = [one in spelled(known) for one in spelled(later)]
        assert found == pytest.approx(sum(shared) / len(shared))


def test_repetition_within_128_notes() -> None:
    """A stretch said twice repeats all windows but those across the seam."""
    once = random_ids(0, 64)
    twice = excerpt_of(VOCABULARY, np.concatenate((once, once)))
    # 127 steps make 124 windows; the second half's 63 steps repeat 60 windows.
    assert repetition([twice]) == pytest.approx(60 / 124)


def test_what_returns_only_after_128_notes_is_no_repetition() -> None:
    once = random_ids(3, 128)
    assert repetition([excerpt_of(VOCABULARY, np.concatenate((once, once)))]) == 0.0


def test_transposed_returns_are_repetition() -> None:
    once, higher = random_ids(0, 64), random_ids(0, 64)
    higher[:, 1] += 5
    moved = excerpt_of(VOCABULARY, np.concatenate((once, higher)))
    assert repetition([moved]) == pytest.approx(60 / 124)


def test_short_excerpts_count_whole_if_there_is_no_long_one() -> None:
    scale = excerpt_of(VOCABULARY, ids_of(list(range(60, 70))))
    assert repetition([scale]) == pytest.approx(1 - 1 / 6)
    assert repetition([scale, excerpt_of(VOCABULARY, random_ids(5, 128))]) < 0.05
    assert repetition([excerpt_of(VOCABULARY, ids_of([60, 61]))]) == 0.0


@pytest.mark.parametrize(("period", "looping"), [(1, True), (3, True), (5, False), (40, False)])
def test_a_loop_is_one_window_over_a_quarter(period: int, looping: bool) -> None:
    pitches = [60 + 7 * (i % period) % 31 for i in range(120)]
    assert is_looping(excerpt_of(VOCABULARY, ids_of(pitches))) is looping


def test_too_short_for_a_loop() -> None:
    assert not is_looping(excerpt_of(VOCABULARY, ids_of([60] * 15)))
    assert is_looping(excerpt_of(VOCABULARY, ids_of([60] * 16)))
