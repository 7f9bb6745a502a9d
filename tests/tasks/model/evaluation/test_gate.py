"""The gate between candidate and champion."""

import math
from typing import Any

import pytest

from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.model.evaluation.gate import (
    Comparison,
    Verdict,
    evaluate_candidate,
    too_few_songs,
)

GOOD = {
    "bits_per_note": 3.0,
    "composite_bits_per_note": 4.5,
    "degenerate_share": 0.0,
    "copied_share": 0.05,
}


def evaluate(metrics: dict[str, Any], *arguments: Any, **keywords: Any) -> Verdict:
    """Evaluate the metrics of a metrics.json."""
    return evaluate_candidate(ModelMetrics.from_flat(metrics), *arguments, **keywords)


def test_a_good_candidate_is_promoted_and_the_gain_is_said() -> None:
    verdict = evaluate(GOOD)
    assert verdict.promoted
    assert verdict.reason == "1.50 bits per note below the composite baseline; samples pass"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bits_per_note": 4.5}, "do not beat the composite baseline's 4.50"),
        ({"degenerate_share": 0.06}, "6% of samples are degenerate"),
        ({"copied_share": 0.25}, "25% of samples copy more of a training song than real songs do"),
    ],
)
def test_each_fault_keeps_a_candidate_out(change: dict[str, float], reason: str) -> None:
    verdict = evaluate({**GOOD, **change})
    assert not verdict.promoted
    assert reason in verdict.reason


def test_the_margin_is_exact_and_counts_from_the_best_rival() -> None:
    one = Comparison(120, candidate=3.25, rivals={"champion": 3.125, "best": 3.0})
    passed = evaluate(GOOD, one, margin_bits=0.25)
    assert passed.promoted
    assert passed.reason.endswith(
        "3.25 bits per note on 120 test songs, 3.00 by best, the best champion so far"
    )
    worse = evaluate(GOOD, one, margin_bits=0.2)
    assert not worse.promoted
    assert worse.reason == (
        "3.25 bits per note on 120 test songs are worse than the 3.00 of best, the best champion "
        "so far"
    )


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize("value", [None, math.nan, math.inf, "2", "missing"])
def test_what_was_not_measured_is_no_champion(name: str, value: Any) -> None:
    metrics: dict[str, Any] = {**GOOD, name: value}
    if value == "missing":
        del metrics[name]
    verdict = evaluate(metrics)
    assert not verdict.promoted
    assert verdict.reason == f"it was not measured: metrics.json lacks {name}"


def test_a_candidate_without_finite_bits_is_worse_than_any() -> None:
    assert not evaluate(GOOD, Comparison(9, math.nan, {"a": 3.0}), 10.0).promoted


def test_every_fault_is_named_at_once() -> None:
    bad = {**GOOD, "bits_per_note": 5.0, "degenerate_share": 0.5, "copied_share": 0.5}
    assert evaluate(bad).reason.count(";") == 2


def test_too_few_songs_leave_the_champion() -> None:
    verdict = too_few_songs(4, 5)
    assert not verdict.promoted
    assert verdict.reason == (
        "the champion stays: 4 test songs are too few to compare on, 5 are needed "
        "(--min-test-songs)"
    )
