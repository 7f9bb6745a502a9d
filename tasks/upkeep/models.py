"""Old models: found line by line, and deleted under the lock of the line's champion."""

from collections.abc import Iterator

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import BusyError, ModelError
from nocturne.schemas.upkeep import Removal, Stays
from nocturne.tasks.model.registry.champion import lock_name
from nocturne.tasks.model.registry.models import read_cards
from nocturne.tasks.storage.layout import CARD_FILE, CHAMPIONS, MODELS, model_path
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import locked
from nocturne.tasks.upkeep.kept_models import ModelLine, kept_models, model_lines
from nocturne.tasks.upkeep.measure import SECONDS_PER_DAY, measure

Outcome = Removal | Stays


def find_models(root: Root, config: TidyConfig, now: float) -> Iterator[Outcome]:
    """Yield the models that may go, and the lines and models that are too damaged to decide on."""
    cards, damaged = read_cards(root)
    for line in model_lines(cards):
        yield from _old_models(root, line, config, now)
    for name, why in damaged.items():
        yield Stays(kind="model", name=name, why=why)
    yield from unfinished_models(root, config, now)


def remove_models(root: Root, config: TidyConfig, now: float) -> Iterator[Outcome]:
    """Delete what `find_models` yields, decided anew under the lock of each champion."""
    cards, damaged = read_cards(root)
    for line in model_lines(cards):
        if not any(isinstance(one, Removal) for one in _old_models(root, line, config, now)):
            continue  # the lock is not needed, and a gate may hold it for minutes
        with locked(root, lock_name(line.corpus, line.scheme)):
            for outcome in _old_models(root, line, config, now):
                yield delete_model(root, outcome) if isinstance(outcome, Removal) else outcome
    for name, why in damaged.items():
        yield Stays(kind="model", name=name, why=why)
    for removal in unfinished_models(root, config, now):
        yield delete_model(root, removal)


def delete_model(root: Root, removal: Removal) -> Outcome:
    """Delete the folder of a model, its card first: from then on it is no model.

    The caller holds the lock of the model's champion. A model that a running process needs stays.
    """
    try:
        with deleting(root, removal.path):
            root.delete(f"{removal.path}/{CARD_FILE}")
            root.delete(removal.path)
    except BusyError as busy:
        return Stays(kind="model", name=removal.name, why=str(busy))
    return removal


def model_removal(root: Root, model_id: str, reason: str) -> Removal:
    """Return the removal of a whole model."""
    path = model_path(model_id)
    measured = measure(root, path)
    return Removal(
        kind="model",
        name=model_id,
        path=path,
        files=measured.files,
        bytes=measured.bytes,
        reason=reason,
    )


def _old_models(root: Root, line: ModelLine, config: TidyConfig, now: float) -> Iterator[Outcome]:
    try:
        kept = kept_models(root, line, config, now)
    except ModelError as error:
        yield Stays(kind="model", name=line.words, why=f"all models stay: {error}")
        return
    for card in line.cards:
        if card.model_id not in kept:
            days = (now - card.created.timestamp()) / SECONDS_PER_DAY
            yield model_removal(root, card.model_id, f"{days:.0f} days old, and no champion's")


def unfinished_models(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield folders without a card, where a training or a deletion was cut off."""
    for name in root.folders(MODELS):
        path = model_path(name)
        if path == CHAMPIONS or root.exists(model_path(name, CARD_FILE)):
            continue
        if measure(root, path).is_older(config.leftover_days, now):
            yield model_removal(root, name, "not finished: it has no card")
