"""Model folders: round trips, and refusal of everything that is not what was saved."""

import hashlib
import json
from datetime import UTC, datetime

import numpy as np
import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.models import read_cards
from nocturne.tasks.model.registry.open_models import damage_of, load_model
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.storage.root import Root

FOLDER = "models/folk-small-1"


@pytest.fixture
def model(tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary) -> Model:
    """A model with made-up random inputs."""
    weights = initial_weights(tiny_shape, tiny_vocabulary, 0)
    primers = np.ones((2, 8, 4), np.int16)
    state = np.arange(32, dtype=np.float32)
    return Model("folk-small-1", tiny_shape, tiny_vocabulary, weights, primers, state, state[None])


@pytest.fixture
def card(model: Model) -> ModelCard:
    """A card as training leaves it, before the model is saved."""
    return ModelCard(
        model_id=model.model_id,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        corpus="folk",
        data_fingerprint="f",
        vocabulary_id="unset",
        config=TrainConfig(),
        shape=model.shape,
        parameters=0,
        weights_sha256="unset",
        songs={"train": 1},
        notes={"train": 9},
        program=0,
        steps=1,
        epochs=1.0,
        train_seconds=1.0,
        device="CPU",
        stopped="done",
        code_version="1",
        licence="",
        attribution="",
    )


def test_a_saved_model_comes_back_as_it_was(root: Root, model: Model, card: ModelCard) -> None:
    written = save_model(root, model, card, {"metrics.json": b"{}", "history.json": b"[]"})
    assert written.vocabulary_id == model.vocabulary.vocabulary_id
    assert written.parameters == sum(value.size for value in model.weights.values())
    assert read_cards(root)[0] == [written]
    assert root.read_bytes(f"{FOLDER}/metrics.json") == b"{}"
    found = load_model(root, "folk-small-1")
    assert (found.shape, found.vocabulary) == (model.shape, model.vocabulary)
    assert found.weights.keys() == model.weights.keys()
    for name, value in model.weights.items():
        np.testing.assert_array_equal(found.weights[name], value)
    for name in ("primers", "state_mean", "state_factor", "loop_limits"):
        np.testing.assert_array_equal(getattr(found, name), getattr(model, name))


@pytest.mark.parametrize(
    "name", ["weights.safetensors", "primers.safetensors", "vocabulary.json", "config.json"]
)
def test_a_damaged_folder_is_refused_in_one_line(
    root: Root, model: Model, card: ModelCard, name: str
) -> None:
    save_model(root, model, card, {})
    content = root.read_bytes(f"{FOLDER}/{name}")
    for damaged in (content[: len(content) // 2], content[:-9] + b"?" + content[-8:], b""):
        root.write_bytes(f"{FOLDER}/{name}", damaged)
        with pytest.raises(
            ModelError, match=r"folk-small-1\S* is damaged: .*train the model"
        ) as told:
            load_model(root, "folk-small-1")
        assert "\n" not in str(told.value)
    root.delete(f"{FOLDER}/{name}")
    with pytest.raises(ModelError, match="damaged"):
        load_model(root, "folk-small-1")


def test_weights_of_another_network_are_refused_though_their_digest_is_right(
    root: Root, model: Model, card: ModelCard
) -> None:
    other = initial_weights(model.shape.model_copy(update={"units": 9}), model.vocabulary, 0)
    save_model(root, Model(**(vars(model) | {"weights": other})), card, {})
    with pytest.raises(ModelError, match="do not fit the network"):
        load_model(root, "folk-small-1")


def test_another_vocabulary_is_refused(root: Root, model: Model, card: ModelCard) -> None:
    save_model(root, model, card, {})
    config = root.read_json(f"{FOLDER}/config.json")
    other = {"inter_onset_interval": (0.0, 240.0, 480.0, 961.0)}
    vocabulary = model.vocabulary.model_copy(update={"codebooks": other})
    content = vocabulary.model_dump_json().encode()
    config["sha256"]["vocabulary.json"] = hashlib.sha256(content).hexdigest()
    root.write_bytes(f"{FOLDER}/vocabulary.json", content)
    root.write_bytes(f"{FOLDER}/config.json", json.dumps(config).encode())
    with pytest.raises(ModelError, match=r"vocabulary\.json does not match the card"):
        load_model(root, "folk-small-1")


def test_training_again_keeps_nothing_of_the_weights_before(
    root: Root, model: Model, card: ModelCard
) -> None:
    save_model(root, model, card, {"history.json": b"[1]"})
    of_the_weights = ("metrics.json", "judged.safetensors", "report.html")
    for name in of_the_weights:
        root.write_bytes(f"{FOLDER}/{name}", b"of the weights")
    root.write_bytes(f"{FOLDER}/weights.safetensors", b"")
    assert "weights.safetensors is not what was saved" in (damage_of(root, "folk-small-1") or "")
    save_model(root, model, card, {"history.json": b"[2]"})
    assert damage_of(root, "folk-small-1") is None
    assert not any(root.exists(f"{FOLDER}/{name}") for name in of_the_weights)
    assert root.read_bytes(f"{FOLDER}/history.json") == b"[2]"


def test_a_model_of_an_earlier_version_is_found_under_the_id_its_card_has(
    root: Root, model: Model, card: ModelCard
) -> None:
    written = save_model(root, model, card, {})
    earlier = written.model_copy(update={"vocabulary_id": model.vocabulary.document_id})
    root.write_bytes(f"{FOLDER}/card.json", earlier.model_dump_json().encode())
    assert load_model(root, "folk-small-1").vocabulary == model.vocabulary


def test_a_folder_without_its_card_is_no_model(root: Root, model: Model, card: ModelCard) -> None:
    save_model(root, model, card, {})
    root.delete(f"{FOLDER}/card.json")
    assert read_cards(root)[0] == []
    with pytest.raises(ModelError, match="no model folk-small-1"):
        load_model(root, "folk-small-1")
