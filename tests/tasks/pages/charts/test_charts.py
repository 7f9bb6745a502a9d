"""The geometry of charts: round ticks, exact positions, even thinning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.tasks.pages.charts.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    across,
    nice_step,
    polyline,
    upwards,
)


@pytest.mark.parametrize(
    ("rough", "nice"), [(1, 1), (1.1, 2), (0.021, 0.05), (0.5, 0.5), (7, 10), (2000, 2000)]
)
def test_steps_are_one_two_or_five(rough: float, nice: float) -> None:
    assert nice_step(rough) == pytest.approx(nice)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
def test_ticks_are_few_round_and_on_the_axis(low: float, width: float, about: int) -> None:
    scale = across(low, low + width)
    ticks = scale.ticks(about)
    assert len(ticks) <= about + 1
    assert all(LEFT - 0.1 <= tick.at <= WIDTH - RIGHT + 0.1 for tick in ticks)
    assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)


def test_the_second_scale_is_the_first_in_other_units() -> None:
    scale = upwards(0, 10)
    plain = {tick.label: tick.at for tick in scale.ticks(5)}
    percent = {tick.label: tick.at for tick in scale.ticks(5, 100)}
    assert plain == {"0": 230, "2": 186.8, "4": 143.6, "6": 100.4, "8": 57.2, "10": 14}
    assert percent == {f"{int(label) * 100:,}": at for label, at in plain.items()}


def test_long_lines_are_thinned_but_keep_their_ends() -> None:
    xs = [float(i) for i in range(10_001)]
    points = polyline(xs, xs, across(0, 10_000), upwards(0, 10_000)).split()
    assert len(points) <= MOST_POINTS + 1
    assert points[0] == f"{LEFT}.0,{HEIGHT - BOTTOM}.0"
    assert points[-1] == f"{WIDTH - RIGHT}.0,{TOP}.0"
