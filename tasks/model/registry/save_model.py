"""Write a model's folder."""

import hashlib
from collections.abc import Mapping

from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.open_models import forget_model
from nocturne.tasks.storage.arrays import packed
from nocturne.tasks.storage.layout import (
    CARD_FILE,
    CONFIG_FILE,
    EVALUATED_FILE,
    METRICS_FILE,
    PRIMERS_FILE,
    REPORT_PAGE,
    VOCABULARY_FILE,
    WEIGHTS_FILE,
    model_path,
)
from nocturne.tasks.storage.root import Root

RANDOM_INPUTS = ("primers", "state_mean", "state_factor", "loop_limits")
# Files that describe the weights and are made after them.
OF_THE_WEIGHTS = (METRICS_FILE, EVALUATED_FILE, REPORT_PAGE)


def save_model(
    root: Root, model: Model, card: ModelCard, documents: Mapping[str, bytes]
) -> ModelCard:
    """Write the model's folder; `documents` are further files by name, such as history.json.

    Files that describe weights which lay there before, such as their metrics, are deleted.

    Returns the card as written: model_id, vocabulary_id, shape, parameters and weights_sha256
    are set from the model.
    """
    folder = model_path(model.model_id)
    for name in (CARD_FILE, *OF_THE_WEIGHTS):  # from here to the end the folder is not a model
        root.delete(f"{folder}/{name}")
    forget_model(root, model.model_id)
    files = {
        WEIGHTS_FILE: packed(model.weights),
        PRIMERS_FILE: packed({name: getattr(model, name) for name in RANDOM_INPUTS}),
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
    complete_card = _completed(card, model, digests[WEIGHTS_FILE])
    root.write_bytes(f"{folder}/{CARD_FILE}", complete_card.model_dump_json(indent=2).encode())
    return complete_card


def _completed(card: ModelCard, model: Model, weights_sha256: str) -> ModelCard:
    return card.model_copy(
        update={
            "model_id": model.model_id,
            "vocabulary_id": model.vocabulary.vocabulary_id,
            "shape": model.shape,
            "parameters": sum(int(value.size) for value in model.weights.values()),
            "weights_sha256": weights_sha256,
        }
    )
