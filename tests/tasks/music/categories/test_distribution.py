import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.schemas.config import SchemeName
from nocturne.schemas.sequences import Distribution
from nocturne.tasks.music.categories import SCHEMES, measure
from nocturne.tasks.music.categories.distribution import (
    counted_values,
    distribution_of,
    drift,
    sum_of,
)
from tests.tasks.music.categories.songs import random_song, song


def of(**counts: dict[float, int]) -> Distribution:
    """Return a distribution of values with these counts."""
    return distribution_of(
        {
            name: (np.array(sorted(c)), np.array([c[v] for v in sorted(c)], np.int64))
            for name, c in counts.items()
        }
    )


def test_drift_is_the_largest_difference_of_cumulative_shares() -> None:
    before = of(duration={120: 1, 240: 2, 480: 1}, velocity={64: 5})
    after = of(duration={120: 1, 160: 1, 240: 1, 480: 1}, velocity={64: 50})
    assert drift(before, after) == {"duration": 0.25, "velocity": 0.0}
    assert drift(after, before) == drift(before, after)
    assert drift(before, before) == {"duration": 0.0, "velocity": 0.0}
    far = of(duration={9000: 1}, velocity={1: 1})
    assert drift(before, far) == {"duration": 1.0, "velocity": 1.0}


def test_a_quantity_without_values_moved_by_one_unless_neither_has_any() -> None:
    assert drift(of(duration={}), of(duration={1: 1})) == {"duration": 1.0}
    assert drift(of(duration={}), of(duration={})) == {"duration": 0.0}


@pytest.mark.parametrize("scheme", SCHEMES)
@given(numbers=st.lists(st.integers(0, 1000), max_size=6), cut=st.integers(0, 6))
@settings(max_examples=20, deadline=None)
def test_parts_add_up_to_the_whole(scheme: SchemeName, numbers: list[int], cut: int) -> None:
    songs = [song(), *(random_song(number, 30) for number in numbers)]
    parts = [measure(scheme, songs[:cut]), measure(scheme, songs[cut:])]
    assert sum_of(parts) == measure(scheme, songs)


def test_values_rise_and_keep_their_counts_through_json() -> None:
    found = measure("song-max", [random_song(number, 30) for number in range(9)])
    assert Distribution.model_validate_json(found.model_dump_json()) == found
    values, counts = counted_values(found, "duration_max")
    assert (np.diff(values) > 0).all()
    assert counts.sum() == 9
