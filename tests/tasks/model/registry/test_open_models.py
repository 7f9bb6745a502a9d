"""Handles of models: each part read once, shared within a block, fresh outside and after a save."""

import pytest

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import ModelMetrics
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.model.registry.open_models import (
    damage_of,
    load_model,
    models_opened_once,
    open_model,
)
from nocturne.tasks.storage.layout import VOCABULARY_FILE, WEIGHTS_FILE, model_path
from nocturne.tasks.storage.root import Root
from tests.flows.tiny_training import counted_loads
from tests.tasks.model.tiny_models import add_model, tiny_vocabulary


def test_each_part_is_read_once_and_the_vocabulary_without_weights(root: Root) -> None:
    add_model(root, "a")
    with counted_loads() as loads:
        folder = ModelFolder(root, "a")
        assert folder.vocabulary == tiny_vocabulary()
        assert folder.card.model_id == "a"
        assert folder.metrics.bits_per_note == 1.0
        assert not loads
        assert folder.load() is folder.load()
        assert folder.damage() is None
        assert loads == {"a": 1}


def test_written_metrics_are_those_of_the_handle_and_of_the_file(root: Root) -> None:
    add_model(root, "a")
    folder = ModelFolder(root, "a")
    changed = folder.metrics.model_copy(update={"verdict": "promoted"})
    folder.write_metrics(changed)
    assert folder.metrics == ModelFolder(root, "a").metrics == changed


def test_a_damaged_vocabulary_is_one_line_though_the_weights_are_whole(root: Root) -> None:
    add_model(root, "a")
    root.write_bytes(model_path("a", VOCABULARY_FILE), b"{}")
    with pytest.raises(ModelError, match=r"a is damaged: vocabulary\.json is not what was saved"):
        _ = ModelFolder(root, "a").vocabulary


def test_handles_are_shared_within_a_block_and_in_nested_ones(root: Root) -> None:
    add_model(root, "a")
    add_model(root, "b")
    assert open_model(root, "a") is not open_model(root, "a")
    with counted_loads() as loads, models_opened_once():
        outer = open_model(root, "a")
        with models_opened_once():
            assert open_model(root, "a") is outer
            load_model(root, "a")
        assert damage_of(root, "a") is None
        assert open_model(root, "b") is not outer
        assert loads == {"a": 1}
    assert open_model(root, "a") is not outer


def test_a_model_that_is_saved_anew_is_opened_anew(root: Root) -> None:
    add_model(root, "a", seed=1)
    root.write_bytes(model_path("a", WEIGHTS_FILE), b"")
    with models_opened_once():
        damaged = open_model(root, "a")
        assert "weights.safetensors is not what was saved" in (damaged.damage() or "")
        add_model(root, "a", seed=2)
        assert open_model(root, "a") is not damaged
        assert open_model(root, "a").damage() is None
        assert damaged.damage() is not None
    assert ModelFolder(root, "a").metrics != ModelMetrics()
