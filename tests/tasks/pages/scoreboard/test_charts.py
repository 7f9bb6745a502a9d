"""The charts of a scoreboard: which lines, where their points lie, which dots."""

from datetime import timedelta

from nocturne.schemas.model_card import Promotion
from nocturne.schemas.nights import FEATURE_TITLES, NightRecord
from nocturne.tasks.pages.charts.charts import Chart, Line
from nocturne.tasks.pages.scoreboard.bits import bits_chart
from nocturne.tasks.pages.scoreboard.board import Board
from nocturne.tasks.pages.scoreboard.figures import drift_chart, sample_charts
from tests.tasks.nights.nights_for_tests import night
from tests.tasks.nights.year_for_tests import champions_of, year_of_nights


def board_of(nights: list[NightRecord], changes: tuple[Promotion, ...] = ()) -> Board:
    return Board("tunes", "factored", tuple(nights), changes)


def line(chart: Chart | None, kind: str) -> Line:
    assert chart is not None
    (found,) = (one for one in chart.lines if one.kind == kind)
    return found


def heights(found: Line) -> list[float]:
    return [float(point.split(",")[1]) for point in found.points.split()]


def test_bits_have_a_line_for_the_champion_the_nights_and_both_baselines() -> None:
    nights = year_of_nights()
    chart = bits_chart(board_of(nights, champions_of(nights).history))
    assert chart is not None
    assert [one.kind for one in chart.lines] == [
        "composite", "cache", "champion", "night", "promoted", "rolled-back"
    ]  # fmt: skip
    models = [one for one in nights if one.bits_per_note is not None]
    assert len(heights(line(chart, "night"))) == len(models)
    assert len(line(chart, "promoted").marks) == 52
    assert len(line(chart, "rolled-back").marks) == 1
    assert "by rollback: rolled back from tunes-small-" in line(chart, "rolled-back").marks[0][2]
    inside = [h for one in chart.lines if one.points for h in heights(one)]
    assert chart.top <= min(inside) <= max(inside) <= chart.bottom


def test_one_night_is_a_dot_with_its_figure() -> None:
    chart = bits_chart(board_of([night(bits_per_note=2.25)]))
    assert chart is not None
    ((_, _, tip),) = line(chart, "night").marks
    assert tip == "the night's model, 2026-03-01 02:00: 2.250 bits"


def test_a_model_far_above_the_rest_is_drawn_at_the_upper_edge() -> None:
    nights = [
        night(number, bits_per_note=bits, champion_bits_per_note=2.0)
        for number, bits in enumerate((2.1, 21.0, float("nan")))
    ]
    chart = bits_chart(board_of(nights))
    assert chart is not None
    assert heights(line(chart, "night"))[1] == chart.top
    assert line(chart, "night").marks[1][2].endswith("21.000 bits")
    assert len(line(chart, "night").marks) == 2


def test_a_promotion_outside_of_the_nights_has_no_dot() -> None:
    long_ago = Promotion(
        model_id="a", at=night().started - timedelta(days=90), reason="", previous=None
    )
    chart = bits_chart(board_of([night(bits_per_note=2.25)], (long_ago,)))
    assert chart is not None
    assert [one.kind for one in chart.lines] == ["night"]


def test_nights_without_figures_have_no_charts() -> None:
    board = board_of([night(outcome="failed")])
    assert bits_chart(board) is None
    assert drift_chart(board) is None
    assert sample_charts(board) == ()


def test_drift_has_a_line_for_each_feature_and_the_bound() -> None:
    chart = drift_chart(board_of(year_of_nights(20)))
    assert chart is not None
    assert [one.label for one in chart.lines] == [*FEATURE_TITLES.values(), "bound"]
    assert len(line(chart, "first").marks) == 19
    assert len(set(heights(line(chart, "bound")))) == 1


def test_samples_have_two_charts_beside_held_out_songs() -> None:
    like, refused = sample_charts(board_of(year_of_nights(20)))
    assert [one.label for one in like.lines] == [
        "Overlap", "Repetition", "Repetition, held-out songs"
    ]  # fmt: skip
    assert [one.label for one in refused.lines] == [
        "Degenerate share", "Copied share", "Looping share"
    ]  # fmt: skip
