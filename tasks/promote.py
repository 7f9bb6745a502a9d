"""Prefect tasks of promotion: by the gate, and by a person."""

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from nocturne.schemas.config import PromoteConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Champion
from nocturne.tasks.artifacts import create_table_artifact
from nocturne.tasks.model.evaluation.gate import Verdict
from nocturne.tasks.model.promotion import consider
from nocturne.tasks.model.registry.champion import promote, roll_back
from nocturne.tasks.model.registry.lookup import find, last_changed
from nocturne.tasks.model.registry.open_models import damage_of
from nocturne.tasks.model.registry.root_champion import BY_A_PERSON
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.recording.facts import task
from nocturne.tasks.stages import log_on_outer_run
from nocturne.tasks.storage.root import Root

PROMOTED = "nocturne.model.promoted"


@task(name="consider promotion", task_run_name="consider {model_id}", cache_policy=NO_CACHE)
def consider_promotion(
    root_uri: str, model_id: str, margin_bits: float, min_test_songs: int
) -> Verdict:
    """Promote the model if it passes the gate, and emit the event if it became champion."""
    verdict = consider(Root.open(root_uri), model_id, margin_bits, min_test_songs)
    get_run_logger().info("%s: %s", model_id, verdict.reason)
    log_on_outer_run("%s: %s", model_id, verdict.reason)
    if verdict.newly:
        announce(root_uri, model_id)
    return verdict


def announce(root_uri: str, model_id: str) -> None:
    """Emit the event of a new champion, which can start deployments."""
    emit_event(
        event=PROMOTED,
        resource={"prefect.resource.id": f"nocturne.model.{model_id}"},
        payload={"model_id": model_id, "root": root_uri},
    )


@task(name="promote by hand", task_run_name="{config.action}", cache_policy=NO_CACHE)
def promote_by_hand(config: PromoteConfig) -> Champion:
    """Make the named model champion of its corpus, or roll back to the champion before."""
    root = Root.open(config.root, create=False)
    champion = _change_champion(root, config)
    write_index_pages(root)
    announce(config.root, champion.model_id)
    rows = [
        {"when": f"{entry.at:%Y-%m-%d %H:%M}", "model": entry.model_id, "why": entry.reason}
        for entry in reversed(champion.history)
    ]
    title = f"Champion of {champion.corpus}: {champion.model_id}, and those before"
    create_table_artifact(rows, key="champions", description=title)
    return champion


def _change_champion(root: Root, config: PromoteConfig) -> Champion:
    """Promote or roll back as the config says; log the corpus, which the config need not name."""
    logger = get_run_logger()
    if config.rollback:
        last = last_changed(root, config.corpus, config.scheme)
        champion = roll_back(root, last.corpus, last.scheme)
        corpus = f"{champion.corpus} ({champion.scheme})"
        logger.info(
            "%s: %s, champion again, %s", corpus, champion.model_id, champion.history[-1].reason
        )
        return champion
    found = find(root, config.model, config.corpus, config.scheme)
    if damage := damage_of(root, found.model_id):
        raise ModelError(damage)
    logger.info("%s: promoted", found.words)
    return promote(root, found.model_id, BY_A_PERSON)
