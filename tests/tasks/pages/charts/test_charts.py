"""The geometry of a report's charts: round ticks, exact places, honest thinning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.music.metrics.excerpt import Excerpt
from nocturne.tasks.music.metrics.overlap import histograms
from nocturne.tasks.pages.charts.bars import Labels, counts_chart
from nocturne.tasks.pages.charts.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    Chart,
    Tick,
    across,
    nice_step,
    polyline,
    upwards,
)
from nocturne.tasks.pages.formatting import PITCH_CLASSES
from nocturne.tasks.pages.model_report.curves import best_evaluation, curves
from nocturne.tasks.pages.model_report.distributions import distributions
from tests.tasks.model import model_for_tests as example

ACROSS = WIDTH - LEFT - RIGHT
UPWARDS = HEIGHT - TOP - BOTTOM


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


def test_the_best_evaluation_is_the_lowest_on_validation() -> None:
    history = example.history()
    lowest = min(history, key=lambda row: row["valid_bits"])
    assert best_evaluation(history) == (lowest["step"], lowest["valid_bits"])
    assert best_evaluation([]) is None


def test_curves_hold_both_splits_and_both_rivals() -> None:
    steps, minutes, rate = curves(example.history(), example.model_metrics())
    assert [line.kind for line in steps.lines] == ["composite", "cache", "train", "valid"]
    assert [entry.kind for entry in steps.key] == [line.kind for line in steps.lines]
    assert steps.lines[0].label == "best n-grams (test songs): 2.38"
    assert steps.lines[2].marks[0][2] == "training: 3.984 bits at 240 steps"
    assert minutes.lines[2].marks[-1][2] == "training: 1.223 bits at 19.917 minutes"
    assert [tick.label for tick in rate.y_ticks] == ["0", "1", "2", "3"]
    assert rate.lines[0].marks[-1][2] == "0 thousandths at 6,000 steps"
    for line in steps.lines[2:]:
        ends = [float(point.split(",")[0]) for point in line.points.split()]
        assert ends == sorted(ends)


def _one(samples: list[float], held_out: list[float], name: str = "duration", **more: object):  # type: ignore[no-untyped-def]
    entry = {"samples": samples, "held_out": held_out, **more}
    return {
        one.title: one
        for one in distributions(ModelMetrics.from_flat({"histograms": {name: entry}}))
    }


def test_a_histogram_shows_shares_of_each_side() -> None:
    chart = _one([1, 3], [5, 5], values=[240, 640])["Duration"].chart
    assert [bar.tip for bar in chart.bars] == [
        "1/2: samples 25.0%, held-out music 50.0%",
        "4/3: samples 75.0%, held-out music 50.0%",
    ]
    assert [tuple(entry) for entry in chart.key] == [
        ("bar", "samples"),
        ("held-out", "held-out music"),
    ]
    tallest = UPWARDS / 1.05
    assert chart.bars[1].height == pytest.approx(tallest, abs=0.02)
    assert chart.bars[0].height == pytest.approx(tallest / 3, abs=0.02)
    assert sum(bar.width for bar in chart.bars) == pytest.approx(0.84 * ACROSS, abs=0.05)


def test_values_that_never_occur_are_left_out_and_many_are_joined() -> None:
    chart = _one([0, 0, 4, 0], [0, 2, 0], values=[0, 480, 481, 960])["Duration"].chart
    assert [bar.tip.split(":")[0] for bar in chart.bars] == ["1", "1.00"]
    every = list(range(0, 250 * 480, 480))
    wide = _one([1.0] * 250, [1.0] * 250, values=every)["Duration"].chart
    assert len(wide.bars) == 84
    assert wide.bars[0].tip == "0 to 2: samples 1.2%, held-out music 1.2%"
    assert [tick.label for tick in wide.x_ticks][:2] == ["0", "36"]
    assert len(wide.x_ticks) <= 14


def test_pitches_and_intervals_have_their_names_and_no_gaps() -> None:
    chart = _one([1, 1], [1, 1], "pitch", values=[57, 74])["Pitch"].chart
    assert len(chart.bars) == 18
    assert chart.bars[0].tip.startswith("A3: ")
    assert [tick.label for tick in chart.x_ticks][:2] == ["A♯3", "C4"]
    wide = _one([1, 1], [1, 1], "pitch", values=[21, 108])["Pitch"].chart
    assert [tick.label for tick in wide.x_ticks] == [f"C{octave}" for octave in range(1, 9)]
    chart = _one([1, 1], [1, 1], "interval", values=[-1, 1])["Interval"].chart
    assert [tick.label for tick in chart.x_ticks] == ["-1", "0", "+1"]
    chart = _one([1, 1], [1, 1], "pitch_class", values=[2, 4])["Pitch class"].chart
    assert [tick.label for tick in chart.x_ticks] == list(PITCH_CLASSES)


def test_the_histograms_of_the_metrics_are_drawn() -> None:
    one = Excerpt(np.array([60, 62, 64]), np.array([0, 240, 480]), np.array([240, 480, 960]))
    found = distributions(ModelMetrics(histograms=histograms([one], [one])))
    assert [len(shape.chart.bars) for shape in found if shape.chart] == [5, 12, 1, 1, 2]
    assert found[4].chart is not None
    tips = [bar.tip for bar in found[4].chart.bars]
    assert tips[0] == "1/2: samples 66.7%, held-out music 66.7%"


@pytest.mark.parametrize("entry", [None, {}, {"samples": [0, 0], "held_out": [1]}, {"samples": 3}])
def test_a_histogram_without_notes_is_left_out(entry: object) -> None:
    metrics = ModelMetrics.from_flat({"histograms": {"pitch": entry}, "overlap_pitch": 0.5})
    found = distributions(metrics)
    assert (found[0].title, found[0].overlap, found[0].chart) == ("Pitch", 0.5, None)
    assert len(found) == 5


def test_counts_stand_on_their_bars() -> None:
    labels = Labels("notes", "songs")
    chart = counts_chart("Some", [1000, 0, 10], ["1", "2", "3"], [Tick(0, "1")], labels)
    assert [bar.label for bar in chart.bars] == ["1,000", "", "10"]
    assert [bar.tip for bar in chart.bars] == ["1: 1,000", "2: 0", "3: 10"]
    assert [round(bar.height / chart.bars[0].height, 2) for bar in chart.bars] == [1, 0, 0.01]
    assert (chart.x_label, chart.y_label) == ("notes", "songs")
    assert [tick.at for tick in chart.x_ticks] == [chart.left]
    assert chart.bars[0].y > 40  # room for a turned label over the highest
    assert not any(bar.is_narrow for bar in chart.bars)


def test_many_counts_are_turned_and_too_many_left_out() -> None:
    def drawn(bins: int) -> Chart:
        names = [str(i) for i in range(bins)]
        return counts_chart("", [12_345] * bins, names, [], Labels("", ""))

    assert all(bar.is_narrow for bar in drawn(24).bars)
    assert not any(bar.label for bar in drawn(88).bars)
    assert drawn(88).bars[3].tip == "3: 12,345"
