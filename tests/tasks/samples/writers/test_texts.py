"""Tests of the texts in MIDI files: how the piece was made, whatever run it is in."""

import json
from importlib.metadata import version
from typing import Any

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.writers.texts import LONGEST, texts_of
from tests.tasks.samples.runs_for_tests import card_of

ASKED = GenerateConfig(seed=7, notes=64, top_p=0.9)


def test_texts_name_model_corpus_seed_and_settings() -> None:
    texts = dict(text.split(": ", 1) for text in texts_of(plan_run(ASKED, card_of()), 12))
    assert json.loads(texts.pop("settings")) == {
        "notes": 64,
        "tempo": 120.0,
        "temperature": 0.9,
        "top_p": 0.9,
        "random_input": "primer",
        "program": 73,
    }
    assert texts == {
        "Nocturne": version("nocturne-midi"),
        "model": "folk-small-20260102",
        "weights": "a" * 64,
        "corpus": "folk",
        "attribution": "O'Neill's Music of Ireland (1850 tunes) & <friends>",
        "licence": "Public domain",
        "seed": "7",
        "index": "12",
    }


@pytest.mark.parametrize("change", [{"samples": 99}, {"audio": "none"}, {"root": "elsewhere"}])
def test_texts_do_not_depend_on_the_run(change: dict[str, Any]) -> None:
    other = plan_run(ASKED.copy_with(**change), card_of())
    assert texts_of(other, 0) == texts_of(plan_run(ASKED, card_of()), 0)


def test_a_long_attribution_is_cut() -> None:
    card = card_of().model_copy(update={"attribution": "x" * 9999})
    assert f"attribution: {'x' * LONGEST}" in texts_of(plan_run(ASKED, card), 0)
