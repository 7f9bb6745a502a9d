"""List the models of a storage root and read their cards and metrics."""

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import MetricsFile, ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.storage.layout import CARD_FILE, CHAMPIONS, METRICS_FILE, MODELS, model_path
from nocturne.tasks.storage.markers import find_marker, read_marker
from nocturne.tasks.storage.root import Root


def known_models(root: Root) -> list[str]:
    """Return the ids of all complete models, sorted; their cards may yet be damaged."""
    names = (name for name in root.folders(MODELS) if model_path(name) != CHAMPIONS)
    return [name for name in names if root.exists(model_path(name, CARD_FILE))]


def read_cards(root: Root) -> tuple[list[ModelCard], dict[str, str]]:
    """Return the cards of all complete models, and by id why other cards are damaged."""
    cards, damaged = [], {}
    for model_id in known_models(root):
        try:
            cards.append(read_card(root, model_id))
        except ModelError as error:
            damaged[model_id] = str(error)
    return cards, damaged


def read_card(root: Root, model_id: str) -> ModelCard:
    """Return the card of a known model; ModelError if it is missing or damaged."""
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


def read_metrics(root: Root, model_id: str) -> ModelMetrics:
    """Return a model's metrics; empty if these weights were never evaluated.

    Metrics of earlier versions, which do not name their weights, count. ModelError if they are
    damaged.
    """
    mend = "delete it and train the model again, which then only measures it"
    path = model_path(model_id, METRICS_FILE)
    found = find_marker(root, [path], MetricsFile, ModelError, mend)
    if found is None:
        return ModelMetrics()
    weights = found.weights_sha256
    if weights is not None and weights != read_card(root, model_id).weights_sha256:
        return ModelMetrics()
    return ModelMetrics.from_flat(found.model_dump(exclude_unset=True))
