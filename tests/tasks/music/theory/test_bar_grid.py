"""Places in a bar: against every rhythm that there is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.music.theory.bar_grid import open_places


def leads_to_the_bar_line(place: int, bar: int, intervals: frozenset[int], shortest: int) -> bool:
    """Whether a note at `place` fits and some rhythm goes on exactly to the bar line."""
    if place == bar:
        return True
    if place + shortest > bar:
        return False
    return any(
        leads_to_the_bar_line(place + step, bar, intervals, shortest)
        for step in intervals
        if step > 0 and place + step <= bar
    )


@given(
    st.integers(1, 24),
    st.frozensets(st.integers(0, 12), min_size=1, max_size=4),
    st.integers(1, 6),
)
def test_open_places_are_those_from_which_a_rhythm_meets_the_bar_line(
    bar: int, intervals: frozenset[int], shortest: int
) -> None:
    expected = [leads_to_the_bar_line(p, bar, intervals, shortest) for p in range(bar + 1)]
    assert open_places(bar, np.array(sorted(intervals)), shortest).tolist() == expected


def test_a_bar_of_thirds_and_quarters() -> None:
    places = open_places(480, np.array([0, 160, 240]), 120)
    assert np.flatnonzero(places).tolist() == [0, 80, 160, 240, 320, 480]
