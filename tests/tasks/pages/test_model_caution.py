"""Which models come with a caution, and what it says."""

import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.pages.model_caution import caution_of
from tests.tasks.model.model_for_tests import card

SOUND = {"bits_per_note": 1.43, "composite_bits_per_note": 2.38}


def caution(card: ModelCard, metrics: dict[str, float]) -> str:
    return caution_of(card, ModelMetrics.from_flat(metrics))


def test_a_model_that_is_trained_and_better_than_n_grams_has_none() -> None:
    assert caution(card(steps=100), SOUND) == ""
    assert caution(card(steps=100), {**SOUND, "bits_per_note": 2.38}) == ""


@pytest.mark.parametrize(
    ("steps", "metrics", "reason"),
    [
        (1, SOUND, "it was trained for 1 of at least 100 steps"),
        (99, SOUND, "it was trained for 99 of at least 100 steps"),
        (
            6000,
            {**SOUND, "bits_per_note": 15.81},
            "its 15.81 bits per note are worse than the n-gram composite's 2.38",
        ),
        (6000, {}, "it was never evaluated"),
        (
            1,
            {**SOUND, "bits_per_note": 15.81},
            "it was trained for 1 of at least 100 steps, and its 15.81 bits per note are worse "
            "than the n-gram composite's 2.38",
        ),
    ],
)
def test_any_other_says_why(steps: int, metrics: dict[str, float], reason: str) -> None:
    assert caution(card(steps=steps, model_id="folk-x"), metrics) == (
        f"the music of folk-x may be little better than noise: {reason}; train it longer or on "
        "more songs"
    )


def test_what_is_least_is_configured() -> None:
    assert caution(card(steps=1, config=TrainConfig(least_steps=0)), SOUND) == ""
    assert "of at least 2 steps" in caution(card(steps=1, config=TrainConfig(least_steps=2)), SOUND)
