"""Distributions of samples beside held-out music: shares, bins and their names."""

import numpy as np
import pytest

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.music.metrics.excerpt import Excerpt
from nocturne.tasks.music.metrics.overlap import histograms
from nocturne.tasks.pages.charts.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from nocturne.tasks.pages.formatting import PITCH_CLASSES
from nocturne.tasks.pages.model_report.distributions import distributions

ACROSS = WIDTH - LEFT - RIGHT
UPWARDS = HEIGHT - TOP - BOTTOM


def _drawn(samples: list[float], held_out: list[float], name: str = "duration", **more: object):  # type: ignore[no-untyped-def]
    entry = {"samples": samples, "held_out": held_out, **more}
    metrics = ModelMetrics.from_flat({"histograms": {name: entry}})
    return {shape.title: shape for shape in distributions(metrics)}


def test_a_histogram_shows_shares_of_each_side() -> None:
    chart = _drawn([1, 3], [5, 5], values=[240, 640])["Duration"].chart
    assert [bar.tip for bar in chart.bars] == [
        "1/2: samples 25.0%, held-out music 50.0%",
        "4/3: samples 75.0%, held-out music 50.0%",
    ]
    assert [(entry.kind, entry.label) for entry in chart.key] == [
        ("bar", "samples"),
        ("held-out", "held-out music"),
    ]
    tallest = UPWARDS / 1.05
    assert chart.bars[1].height == pytest.approx(tallest, abs=0.02)
    assert chart.bars[0].height == pytest.approx(tallest / 3, abs=0.02)
    assert sum(bar.width for bar in chart.bars) == pytest.approx(0.84 * ACROSS, abs=0.05)


def test_values_that_never_occur_are_left_out_and_many_are_joined() -> None:
    chart = _drawn([0, 0, 4, 0], [0, 2, 0], values=[0, 480, 481, 960])["Duration"].chart
    assert [bar.tip.split(":")[0] for bar in chart.bars] == ["1", "1.00"]
    every = list(range(0, 250 * 480, 480))
    wide = _drawn([1.0] * 250, [1.0] * 250, values=every)["Duration"].chart
    assert len(wide.bars) == 84
    assert wide.bars[0].tip == "0 to 2: samples 1.2%, held-out music 1.2%"
    assert [tick.label for tick in wide.x_ticks][:2] == ["0", "36"]
    assert len(wide.x_ticks) <= 14


def test_pitches_and_intervals_have_their_names_and_no_gaps() -> None:
    chart = _drawn([1, 1], [1, 1], "pitch", values=[57, 74])["Pitch"].chart
    assert len(chart.bars) == 18
    assert chart.bars[0].tip.startswith("A3: ")
    assert [tick.label for tick in chart.x_ticks][:2] == ["A♯3", "C4"]
    wide = _drawn([1, 1], [1, 1], "pitch", values=[21, 108])["Pitch"].chart
    assert [tick.label for tick in wide.x_ticks] == [f"C{octave}" for octave in range(1, 9)]
    chart = _drawn([1, 1], [1, 1], "interval", values=[-1, 1])["Interval"].chart
    assert [tick.label for tick in chart.x_ticks] == ["-1", "0", "+1"]
    chart = _drawn([1, 1], [1, 1], "pitch_class", values=[2, 4])["Pitch class"].chart
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
