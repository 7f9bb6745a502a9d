"""Models and champions: cards, digests of every file, pointers to models that are there."""

from collections.abc import Iterator
from functools import partial

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Champion
from nocturne.tasks.model.registry.champion import all_champions, champions_before, roll_back
from nocturne.tasks.model.registry.model_folder import ModelFolder
from nocturne.tasks.model.registry.models import known_models, read_metrics
from nocturne.tasks.storage.layout import CHAMPIONS, METRICS_FILE, champion_path, model_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.models import delete_model, unfinished_models
from nocturne.tasks.upkeep.verify.found import HALF_WRITTEN_DAYS, Found, found

TRAIN_AGAIN = "train the model again, or nocturne delete model {}"


def check_model(root: Root, model_id: str) -> Iterator[Found]:
    """Yield what is wrong with a model; every file of it is hashed."""
    if damage := ModelFolder(root, model_id).file_damage():
        yield found("model", model_path(model_id), damage, TRAIN_AGAIN.format(model_id))
        return
    try:
        read_metrics(root, model_id)
    except ModelError as error:
        path = model_path(model_id, METRICS_FILE)
        mend = "delete it and train the model again, which then only measures it"
        yield found("model", path, str(error), mend)


def check_half_models(root: Root, now: float) -> Iterator[Found]:
    """Yield folders of models that were not finished, or not wholly deleted."""
    config = TidyConfig.model_construct(leftover_days=HALF_WRITTEN_DAYS)
    for removal in unfinished_models(root, config, now):
        repair = partial(delete_model, root, removal)
        yield found("model", removal.path, removal.reason, "deletes it", repair)


def check_champions(root: Root) -> Iterator[Found]:
    """Yield pointers that are damaged, or whose model is gone or damaged."""
    champions, damages = all_champions(root)
    for damage in damages:
        yield found("champion", CHAMPIONS, damage, "see the problem")
    known = set(known_models(root))
    for champion in champions:
        if problem := _problem(root, champion.model_id, known):
            yield _wrong_champion(root, champion, problem, known)


def _wrong_champion(root: Root, champion: Champion, problem: str, known: set[str]) -> Found:
    path = champion_path(champion.corpus, champion.scheme)
    problem = f"the champion {champion.model_id} {problem}"
    whole = (name for name in champions_before(champion) if not _problem(root, name, known))
    if (earlier := next(whole, None)) is None:
        return found("champion", path, problem, "promote another with nocturne promote")
    repair = partial(roll_back, root, champion.corpus, champion.scheme, file_damage)
    return found("champion", path, problem, f"goes back to {earlier}", repair)


def _problem(root: Root, model_id: str, known: set[str]) -> str:
    if model_id not in known:
        return "is gone"
    return "is damaged" if file_damage(root, model_id) else ""


def file_damage(root: Root, model_id: str) -> str | None:
    """Return in one line which file of a model is not what was saved; None if all are."""
    return ModelFolder(root, model_id).file_damage()
