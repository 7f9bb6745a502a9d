"""The champion pointer: changed by promotion alone, atomically, with its whole history."""

from datetime import UTC, datetime

from schemas.errors import ModelError
from schemas.model_card import Champion, Promotion
from tasks.storage.root import Root
from tasks.storage.scratch import locked

POINTER = "models/champion.json"


def read_champion(root: Root) -> Champion | None:
    """Return the champion and its history; None before the first promotion."""
    try:
        return Champion.model_validate(root.read_json(POINTER))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ModelError(
            f"{root.shown(POINTER)} is damaged: delete it and promote a model again"
        ) from error


def promote(root: Root, model_id: str, reason: str) -> Champion:
    """Make `model_id` champion and add that to the history; ModelError if it is unknown.

    Two promotions at once take turns: the later one wins and both stand in the history.
    """
    if not root.exists(f"models/{model_id}/card.json"):
        raise ModelError(
            f"no model {model_id} under {root.shown('models')}: nocturne models lists them"
        )
    with locked(root, "champion"):
        before = read_champion(root)
        entry = Promotion(
            model_id=model_id,
            at=datetime.now(UTC),
            reason=reason,
            previous=before.model_id if before else None,
        )
        history = (*(before.history if before else ()), entry)
        champion = Champion(model_id=model_id, history=history)
        root.write_bytes(POINTER, champion.model_dump_json(indent=2).encode())
    return champion


def roll_back(root: Root) -> Champion:
    """Make the champion before this one champion again; ModelError if there was none."""
    champion = read_champion(root)
    for entry in reversed(champion.history if champion else ()):
        if champion and entry.model_id != champion.model_id:
            return promote(root, entry.model_id, f"rolled back from {champion.model_id}")
    raise ModelError(f"no earlier champion under {root.shown('models')} to go back to")
