"""The models of a storage root: their ids, their cards, their metrics."""

from typing import Any

from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Metrics, ModelCard
from nocturne.tasks.storage.layout import CARD_FILE, CHAMPIONS, METRICS_FILE, MODELS, model_path
from nocturne.tasks.storage.markers import find_marker, read_marker
from nocturne.tasks.storage.root import Root


def known_models(root: Root) -> list[str]:
    """Return the ids of all complete models, sorted; their cards may yet be damaged."""
    names = (name for name in root.folders(MODELS) if model_path(name) != CHAMPIONS)
    return [name for name in names if root.exists(model_path(name, CARD_FILE))]


def read_cards(root: Root) -> tuple[list[ModelCard], dict[str, str]]:
    """Return the cards of all complete models, and by id why others do not read."""
    cards, damaged = [], {}
    for model_id in known_models(root):
        try:
            cards.append(read_card(root, model_id))
        except ModelError as error:
            damaged[model_id] = str(error)
    return cards, damaged


def read_card(root: Root, model_id: str) -> ModelCard:
    """Return the card of a known model; ModelError if it does not read."""
    path = model_path(model_id, CARD_FILE)
    try:
        card = read_marker(root, path, ModelCard, ModelError, "train the model again")
    except FileNotFoundError as error:
        raise ModelError(f"no model {model_id} under {root.display_path(MODELS)}") from error
    if card.model_id != model_id:
        raise ModelError(
            f"{root.display_path(path)} is that of {card.model_id}: rename or delete its folder"
        )
    return card


def read_metrics(root: Root, model_id: str) -> dict[str, Any]:
    """Return a model's metrics; empty if these weights were never judged.

    Earlier versions did not note whose metrics they were: they count. ModelError if they do not
    read.
    """
    mend = "delete it and train the model again, which then only measures it"
    found = find_marker(root, [model_path(model_id, METRICS_FILE)], Metrics, ModelError, mend)
    if found is None:
        return {}
    weights = found.weights_sha256
    if weights is not None and weights != read_card(root, model_id).weights_sha256:
        return {}
    return found.model_dump(exclude_unset=True)
