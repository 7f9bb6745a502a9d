"""The gate between candidate and champion."""

import pytest

from tasks.model.comparison import Comparison
from tasks.model.gate import judge_candidate

GOOD = {
    "bits_per_note": 3.0,
    "composite_bits_per_note": 4.5,
    "degenerate_share": 0.0,
    "copied_share": 0.05,
}


def test_a_good_candidate_is_promoted_and_the_gain_is_said() -> None:
    verdict = judge_candidate(GOOD)
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
    verdict = judge_candidate({**GOOD, **change})
    assert not verdict.promoted
    assert reason in verdict.reason


def test_the_margin_against_the_champion_is_exact() -> None:
    one = Comparison("its own test songs", candidate=3.25, champion=3.0)
    assert judge_candidate(GOOD, [one], margin_bits=0.25).promoted
    worse = judge_candidate(GOOD, [one], margin_bits=0.2)
    assert not worse.promoted
    assert worse.reason == (
        "3.25 bits per note on its own test songs are worse than the champion's 3.00"
    )


def test_every_fault_is_named_at_once() -> None:
    bad = {**GOOD, "bits_per_note": 5.0, "degenerate_share": 0.5, "copied_share": 0.5}
    assert judge_candidate(bad).reason.count(";") == 2
