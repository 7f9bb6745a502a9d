"""Models of a few weights in a storage root, for tests of who is champion."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from nocturne.schemas.config import SchemeName, TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Attribute, Vocabulary
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.models import read_card
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.storage.layout import METRICS_FILE, OLD_CHAMPION, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model import model_for_tests as example

TINY = NetworkShape(units=2, window=4, embedding=4, head=2, memory_notes=4)
SIZES = {"inter_onset_interval": 3, "pitch": 4, "duration": 2, "velocity": 2}
PASSES = {
    "bits_per_note": 1.0,
    "composite_bits_per_note": 2.0,
    "degenerate_share": 0.0,
    "copied_share": 0.0,
}
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def tiny_vocabulary(scheme: SchemeName = "factored") -> Vocabulary:
    """Return a vocabulary of few categories."""
    return Vocabulary(
        scheme=scheme,
        attributes=tuple(Attribute(name=name, size=size) for name, size in SIZES.items()),
        codebooks={"inter_onset_interval": (0.0, 240.0, 480.0)},
        fitted_on="test",
    )


def tiny_card(
    model_id: str, corpus: str = "folk", scheme: SchemeName = "factored", day: int = 0
) -> ModelCard:
    """Return the card of a tiny model that was trained on the day after BEGIN."""
    return example.card(
        model_id=model_id,
        corpus=corpus,
        config=TrainConfig(corpus=corpus, scheme=scheme),
        created=BEGIN + timedelta(days=day),
        shape=TINY,
    )


def add_model(root: Root, model_id: str, seed: int = 0, **of: Any) -> ModelCard:
    """Save a tiny model that loads, and figures that pass the gate; see tiny_card for `of`."""
    card = tiny_card(model_id, **of)
    vocabulary = tiny_vocabulary(card.config.scheme)
    weights = initial_weights(TINY, vocabulary, seed)
    primers = np.ones((2, TINY.window, len(SIZES)), np.int16)
    state = np.arange(4 * TINY.units, dtype=np.float32)
    model = Model(model_id, TINY, vocabulary, weights, primers, state, state[None])
    save_model(root, model, card, {"history.json": b"[]"})
    root.write_json(model_path(model_id, METRICS_FILE), PASSES)
    return read_card(root, model_id)


def add_card(root: Root, model_id: str, **of: Any) -> None:
    """Write a card alone, as cheap as a model can be."""
    content = tiny_card(model_id, **of).model_dump_json().encode()
    root.write_bytes(f"models/{model_id}/card.json", content)


def earlier_version(root: Root, *promoted: str, reason: str = "better", hours: int = 0) -> None:
    """Write models/champion.json as versions with one champion for the whole root did."""
    history = []
    for number, word in enumerate(promoted):
        name = word.lstrip("<")
        previous = history[-1]["model_id"] if history else None
        history.append(
            {
                "model_id": name,
                "at": (BEGIN + timedelta(hours=hours + number)).isoformat(),
                "reason": f"rolled back from {previous}" if word != name else reason,
                "previous": previous,
            }
        )
    root.write_json(OLD_CHAMPION, {"model_id": history[-1]["model_id"], "history": history})
