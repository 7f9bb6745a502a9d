"""Tests of the name of a run: every parameter counts, and nothing else."""

from typing import Any

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.tasks.samples.identity import COUNTED, plan_run
from tests.tasks.samples.runs_for_tests import card_of


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"samples": 3},
        {"notes": 99},
        {"temperature": 0.5},
        {"top_p": 0.9},
        {"random_input": "gaussian"},
        {"tempo": 90.0},
        {"program": 1},
        {"audio": False},
    ],
)
def test_run_id_depends_on_every_parameter(change: dict[str, Any]) -> None:
    plain = GenerateConfig(seed=0)
    other = plan_run(plain.copy_with(**change), card_of())
    assert other.run_id != plan_run(plain, card_of()).run_id


@pytest.mark.parametrize(
    ("asked", "run_id"),
    [
        ({"seed": 0}, "folk-small-20260102-seed0-7b9a33a0"),
        (
            {"seed": 7, "samples": 100, "notes": 512, "temperature": 0.9},
            "folk-small-20260102-seed7-f159b962",
        ),
        (
            {
                "seed": 3,
                "audio": False,
                "program": 1,
                "tempo": 90.0,
                "top_p": 0.9,
                "random_input": "gaussian",
            },
            "folk-small-20260102-seed3-008d4329",
        ),
    ],
)
def test_run_ids_of_this_format_stay(asked: dict[str, Any], run_id: str) -> None:
    assert plan_run(GenerateConfig(**asked), card_of()).run_id == run_id


def test_every_field_of_a_request_counts_or_is_known_not_to() -> None:
    not_counted = {"root", "model", "program", "run", "more", "corpus", "scheme"}
    assert set(GenerateConfig.model_fields) <= not_counted | set(COUNTED)


def test_an_empty_seed_is_drawn_and_stands_in_the_run() -> None:
    runs = [plan_run(GenerateConfig(), card_of()) for _ in range(5)]
    assert len({run.seed for run in runs}) == len({run.run_id for run in runs}) == 5
    assert all(run.drawn_seed and f"-seed{run.seed}-" in run.run_id for run in runs)
    assert not plan_run(GenerateConfig(seed=3), card_of()).drawn_seed


def test_run_id_does_not_depend_on_where_or_how_it_was_asked() -> None:
    asked = [
        GenerateConfig(seed=0),
        GenerateConfig(seed=0, root="elsewhere", model="latest"),
        GenerateConfig(seed=0, program=73),  # the card's own program
    ]
    assert len({plan_run(config, card_of()).run_id for config in asked}) == 1
    assert plan_run(asked[0], card_of("other")).run_id.startswith("other-seed0-")


def test_run_id_does_not_depend_on_how_the_model_was_found() -> None:
    named = GenerateConfig(seed=7, corpus="folk", scheme="factored")
    run_id = plan_run(named, card_of()).run_id
    assert run_id == plan_run(GenerateConfig(seed=7), card_of()).run_id
