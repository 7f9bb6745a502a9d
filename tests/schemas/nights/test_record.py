"""The record of a night refuses what cannot be, and says what follows from it."""

from datetime import timedelta
from typing import get_args

import pytest
from pydantic import ValidationError

from nocturne.schemas.nights import Drift, NightOutcome
from tests.tasks.nights.nights_for_tests import START, night


def test_a_night_lasts_from_its_start_to_its_end() -> None:
    assert night().total_seconds == 3600


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ended", START - timedelta(seconds=1)),
        ("started", START.replace(tzinfo=None)),
        ("outcome", "lost"),
        ("run", "a/b"),
        ("corpus", ""),
        ("corpus", "../models"),
    ],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        night(**{field: value})


def test_a_failed_or_crashed_night_did_not_go_to_its_end() -> None:
    finished = {one for one in get_args(NightOutcome) if night(outcome=one).is_finished}
    assert finished == set(get_args(NightOutcome)) - {"failed", "crashed"}


@pytest.mark.parametrize(("overall", "moved"), [(0.25, False), (0.2501, True)])
def test_a_corpus_has_moved_if_its_drift_is_above_the_bound(overall: float, moved: bool) -> None:
    by_feature = {"pitch": 0.1, "tempo": overall}
    drift = Drift(model_id="tunes-small-1", by_feature=by_feature, overall=overall, bound=0.25)
    assert drift.has_moved is moved
    assert drift.widest == "tempo"
