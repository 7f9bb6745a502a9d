"""List the models of a storage root and read their cards and metrics."""

from nocturne.schemas.errors import ModelError
from nocturne.schemas.metrics import MetricsFile, ModelMetrics
from nocturne.schemas.model_card import ModelCard
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root

CHAMPIONS = "models/champions"  # the one folder beside the models' own


def known_models(root: Root) -> list[str]:
    """Return the ids of all complete models, sorted; their cards may yet be damaged."""
    names = (name for name in root.folders("models") if f"models/{name}" != CHAMPIONS)
    return [name for name in names if root.exists(f"models/{name}/card.json")]


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
    path = f"models/{model_id}/card.json"
    try:
        card = read_marker(root, path, ModelCard, ModelError, "train the model again")
    except FileNotFoundError as error:
        raise ModelError(f"no model {model_id} under {root.display_path('models')}") from error
    if card.model_id != model_id:
        raise ModelError(
            f"{root.display_path(path)} is that of {card.model_id}: rename or delete its folder"
        )
    return card


def metrics_path(model_id: str) -> str:
    """Return where a model's metrics lie under the storage root."""
    return f"models/{model_id}/metrics.json"


def read_metrics(root: Root, model_id: str) -> ModelMetrics:
    """Return a model's metrics; empty if these weights were never evaluated.

    Metrics of earlier versions, which do not name their weights, count. ModelError if they are
    damaged.
    """
    mend = "delete it and train the model again, which then only measures it"
    try:
        found = read_marker(root, metrics_path(model_id), MetricsFile, ModelError, mend)
    except FileNotFoundError:
        return ModelMetrics()
    weights = found.weights_sha256
    if weights is not None and weights != read_card(root, model_id).weights_sha256:
        return ModelMetrics()
    return ModelMetrics.from_flat(found.model_dump(exclude_unset=True))
