"""Which model is meant, champion, latest or an id, and what is known of it."""

from typing import Any

from pydantic import ValidationError

from schemas.errors import ModelError
from schemas.model_card import ModelCard
from tasks.model.champion import read_champion
from tasks.storage.root import Root


def known_models(root: Root) -> list[str]:
    """Return the ids of all complete models, sorted."""
    names = root.folders("models")
    return [name for name in names if root.exists(f"models/{name}/card.json")]


def resolve(root: Root, name: str) -> str:
    """Return the id of the model that `name` (champion, latest or an id) stands for.

    ModelError if there is none: it lists the models that there are.
    """
    known = known_models(root)
    if not known:
        raise ModelError(
            f"no trained model under {root.shown('models')}: run nocturne train (or compose) first"
        )
    if name == "champion":
        return _champion(root, known)
    if name == "latest":
        return max((read_card(root, model_id) for model_id in known), key=_age).model_id
    if name not in known:
        raise ModelError(
            f"no model {name} under {root.shown('models')}: use champion, latest or one of "
            f"{', '.join(known)}"
        )
    return name


def read_card(root: Root, model_id: str) -> ModelCard:
    """Return the card of a known model; ModelError if it does not read."""
    path = f"models/{model_id}/card.json"
    try:
        return ModelCard.model_validate(root.read_json(path))
    except FileNotFoundError as error:
        raise ModelError(f"no model {model_id} under {root.shown('models')}") from error
    except (ValidationError, ValueError) as error:
        raise ModelError(f"{root.shown(path)} is damaged: train the model again") from error


def metrics_path(model_id: str) -> str:
    """Return where a model's metrics lie under the storage root."""
    return f"models/{model_id}/metrics.json"


def read_metrics(root: Root, model_id: str) -> dict[str, Any]:
    """Return a model's metrics; empty if it was never judged."""
    try:
        metrics: dict[str, Any] = root.read_json(metrics_path(model_id))
    except FileNotFoundError:
        return {}
    return metrics


def _champion(root: Root, known: list[str]) -> str:
    champion = read_champion(root)
    if champion is None:
        raise ModelError(
            f"no champion under {root.shown('models')} yet: train a model that passes, or name "
            f"one with --model: latest, {', '.join(known)}"
        )
    if champion.model_id not in known:
        raise ModelError(
            f"the champion {champion.model_id} is gone from {root.shown('models')}: name another "
            f"with --model: latest, {', '.join(known)}"
        )
    return champion.model_id


def _age(card: ModelCard) -> tuple[float, str]:
    return card.created.timestamp(), card.model_id
