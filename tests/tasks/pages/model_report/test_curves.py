"""Training curves: both splits, both baselines, exact tooltips."""

from nocturne.tasks.pages.model_report.curves import best_evaluation, curves
from tests.tasks.model import model_for_tests as example


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
