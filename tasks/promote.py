"""The Prefect task that decides whether a model becomes champion."""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from schemas.config import PromoteConfig
from schemas.model_card import Champion
from tasks.artifacts import create_table_artifact
from tasks.model.champion import promote, roll_back
from tasks.model.gate import Verdict
from tasks.model.promotion import consider
from tasks.model.registry import resolve
from tasks.stages import log_on_outer_run
from tasks.storage.root import Root

PROMOTED = "nocturne.model.promoted"


@task(name="consider promotion", task_run_name="consider {model_id}", cache_policy=NO_CACHE)
def consider_promotion(root_uri: str, model_id: str, margin_bits: float) -> Verdict:
    """Promote the model if it passes the gate, and tell the server so."""
    verdict = consider(Root.open(root_uri), model_id, margin_bits)
    get_run_logger().info("%s: %s", model_id, verdict.reason)
    log_on_outer_run("%s: %s", model_id, verdict.reason)
    if verdict.newly:
        announce(root_uri, model_id)
    return verdict


def announce(root_uri: str, model_id: str) -> None:
    """Emit the event that deployments can be started by."""
    emit_event(
        event=PROMOTED,
        resource={"prefect.resource.id": f"nocturne.model.{model_id}"},
        payload={"model_id": model_id, "root": root_uri},
    )


@task(name="promote by hand", task_run_name="{config.action}", cache_policy=NO_CACHE)
def promote_by_hand(config: PromoteConfig) -> Champion:
    """Make the named model champion, or the one before; tell the server so."""
    root = Root.open(config.root, create=False)
    champion = (
        roll_back(root)
        if config.rollback
        else promote(root, resolve(root, config.model), "promoted by a person")
    )
    announce(config.root, champion.model_id)
    rows = [
        {"when": f"{one.at:%Y-%m-%d %H:%M}", "model": one.model_id, "why": one.reason}
        for one in reversed(champion.history)
    ]
    title = f"Champion {champion.model_id}, and those before"
    create_table_artifact(rows, key="champions", description=title)
    return champion
