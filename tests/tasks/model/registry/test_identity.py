"""Names of models: those of earlier versions stay, and what trains another model is in them."""

import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.model.registry.identity import model_id

FOLK = TrainConfig(corpus="folk")
DATASET = SequenceDataset(
    fingerprint="0123456789abcdef",
    vocabulary_id="v",
    songs={"train": 1},
    notes={"train": 1},
    program=0,
)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (FOLK, "folk-small-ae250a81"),
        (FOLK.copy_with(precision="float32"), "folk-small-ae250a81"),
        (FOLK.copy_with(precision="mixed"), "folk-small-0a010c37"),
        (FOLK.copy_with(init_from="folk-small-00000000", max_minutes=5), "folk-small-0551503c"),
    ],
)
def test_models_keep_the_names_that_they_had(config: TrainConfig, name: str) -> None:
    assert model_id(config, DATASET) == name


@pytest.mark.parametrize(
    "change",
    [
        {"root": "x"},
        {"resume": False},
        {"promotion_margin": 1.0},
        {"least_steps": 1},
        {"min_test_songs": 9},
    ],
)
def test_what_does_not_change_the_weights_is_not_in_the_name(change: dict[str, object]) -> None:
    assert model_id(FOLK.copy_with(**change), DATASET) == "folk-small-ae250a81"


def test_a_number_of_steps_is_in_the_name() -> None:
    names = {model_id(TrainConfig(max_steps=steps), DATASET) for steps in (None, 100, 200)}
    assert len(names) == 3
