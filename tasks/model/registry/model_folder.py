"""A model's folder: safetensors and JSON, nothing that loading could run.

weights.safetensors   weights by name
primers.safetensors   random inputs: primers, state_mean, state_factor
vocabulary.json       what the ids mean
config.json           network shape, training config, SHA-256 of the files above
...                   documents: history.json, metrics.json, report.html; judged.safetensors
card.json             ModelCard, written last: it completes the folder
"""

import hashlib
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load

from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.trained_model import Model, unlimited
from nocturne.tasks.model.registry.models import known_models, read_card, read_cards
from nocturne.tasks.storage.arrays import packed
from nocturne.tasks.storage.layout import (
    CARD_FILE,
    CONFIG_FILE,
    EVALUATED_FILE,
    METRICS_FILE,
    MODELS,
    PRIMERS_FILE,
    REPORT_PAGE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    model_path,
)
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root

RANDOM_INPUTS = ("primers", "state_mean", "state_factor", "loop_limits")
OF_THE_WEIGHTS = (METRICS_FILE, EVALUATED_FILE, REPORT_PAGE)  # made once they are there
MEND = "train the model again or choose another"


def save_model(
    root: Root, model: Model, card: ModelCard, documents: Mapping[str, bytes]
) -> ModelCard:
    """Write the model's folder; `documents` are further files by name, such as history.json.

    What was made of weights that lay there before, such as their metrics, is deleted.

    Returns the card as written: model_id, vocabulary_id, shape, parameters and weights_sha256
    are set from the model.
    """
    folder = model_path(model.model_id)
    for name in (CARD_FILE, *OF_THE_WEIGHTS):  # from here to the end the folder is not a model
        root.delete(f"{folder}/{name}")
    inputs = {name: getattr(model, name) for name in RANDOM_INPUTS}
    files = {
        WEIGHTS_FILE: packed(model.weights),
        PRIMERS_FILE: packed(inputs),
        VOCABULARY_FILE: model.vocabulary.model_dump_json(indent=2).encode(),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    config = {
        "shape": model.shape.model_dump(),
        "config": card.config.model_dump(),
        "sha256": digests,
    }
    for name, content in {**files, **documents}.items():
        root.write_bytes(f"{folder}/{name}", content)
    root.write_json(f"{folder}/{CONFIG_FILE}", config)
    final = card.model_copy(
        update={
            "model_id": model.model_id,
            "vocabulary_id": model.vocabulary.vocabulary_id,
            "shape": model.shape,
            "parameters": sum(int(value.size) for value in model.weights.values()),
            "weights_sha256": digests[WEIGHTS_FILE],
        }
    )
    root.write_bytes(f"{folder}/{CARD_FILE}", final.model_dump_json(indent=2).encode())
    return final


def load_model(root: Root, model_id: str) -> Model:
    """Read a model, checking every file against its digest and the network's form.

    ModelError if it is unknown, incomplete, damaged or does not match its vocabulary.
    """
    if model_id not in known_models(root):
        raise ModelError(
            f"no model {model_id} under {root.display_path(MODELS)}: "
            "`nocturne models` lists what there is"
        )
    card = read_card(root, model_id)
    folder = model_path(model_id)
    try:
        content = _verified(root, folder, card)
        vocabulary = Vocabulary.model_validate_json(content[VOCABULARY_FILE])
        weights, inputs = load(content[WEIGHTS_FILE]), load(content[PRIMERS_FILE])
        model = Model(model_id, card.shape, vocabulary, weights, **inputs)
    except (FileNotFoundError, ValidationError, SafetensorError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise _damaged(root, folder, reason) from error
    except (KeyError, TypeError) as error:
        raise _damaged(root, folder, "a part is missing") from error
    _check(root, folder, model, card)
    return model


def damage_of(root: Root, model_id: str) -> str | None:
    """Return in one line why a model does not load; None if it does."""
    try:
        load_model(root, model_id)
    except ModelError as error:
        return str(error)
    return None


def list_models(root: Root) -> list[ModelCard]:
    """Return the cards of all complete models that read, by model id."""
    return read_cards(root)[0]


class _Saved(BaseModel):
    """The part of config.json that loading needs."""

    sha256: dict[str, str]


def _verified(root: Root, folder: str, card: ModelCard) -> dict[str, bytes]:
    """Contents of the files with a digest; ValueError where one is not what was saved."""
    digests = read_marker(root, f"{folder}/{CONFIG_FILE}", _Saved, ModelError, MEND).sha256
    if digests[WEIGHTS_FILE] != card.weights_sha256:
        raise ValueError("config.json and card.json are of different models")
    content = {}
    for name, expected in digests.items():
        content[name] = root.read_bytes(f"{folder}/{name}")
        if hashlib.sha256(content[name]).hexdigest() != expected:
            raise ValueError(f"{name} is not what was saved")
    return content


def _check(root: Root, folder: str, model: Model, card: ModelCard) -> None:
    if not model.vocabulary.is_called(card.vocabulary_id):
        raise _damaged(root, folder, "vocabulary.json does not match the card")
    from nocturne.tasks.model.network.network import network_of  # imports TensorFlow

    network = network_of(model.shape, model.vocabulary)
    found = {name: value.shape for name, value in model.weights.items()}
    if found != network.weight_shapes():
        raise _damaged(root, folder, "the weights do not fit the network and vocabulary")
    width = (model.shape.window, len(model.vocabulary.attributes))
    if model.loop_limits.shape != unlimited().shape:
        raise _damaged(root, folder, "its limits are of another version")
    if model.primers.shape[1:] != width or model.state_factor.shape[1:] != (network.state_width,):
        raise _damaged(root, folder, "the primers do not fit the network")


def _damaged(root: Root, folder: str, reason: str) -> ModelError:
    return ModelError(f"{root.display_path(folder)} is damaged: {reason}; {MEND}")
