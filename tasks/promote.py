"""Prefect tasks of promotion: by the gate, by a person, and by a person whom the gate asks."""

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.states import Running
from prefect.utilities.urls import url_for
from pydantic import Field

from nocturne.schemas.config import PromoteConfig, TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.model_card import Champion
from nocturne.schemas.nights import Drift
from nocturne.tasks.artifacts import create_table_artifact
from nocturne.tasks.links import page_address
from nocturne.tasks.model.evaluation.gate import Verdict
from nocturne.tasks.model.promotion import AGREED, NO_ANSWER, REFUSED, consider, record_answer
from nocturne.tasks.model.registry.champion import promote, roll_back
from nocturne.tasks.model.registry.lookup import find, last_changed
from nocturne.tasks.model.registry.open_models import damage_of
from nocturne.tasks.model.registry.root_champion import BY_A_PERSON
from nocturne.tasks.nights.drift import describe_drift
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.recording.facts import task
from nocturne.tasks.stages import log_on_outer_run
from nocturne.tasks.storage.layout import REPORT_PAGE, model_path
from nocturne.tasks.storage.root import Root

PROMOTED = "nocturne.model.promoted"
ASKED = "nocturne.promotion.asked"


POLL_SECONDS = 10  # between two looks for the answer


class Answer(RunInput):
    """The form that the Prefect UI shows where a run asks whether a model may become champion."""

    promote: bool = Field(False, title="Make it champion", description="Off: it stays a candidate")


@task(name="consider promotion", task_run_name="consider {model_id}", cache_policy=NO_CACHE)
def consider_promotion(config: TrainConfig, model_id: str) -> Verdict:
    """Promote the model if it passes the gate, and emit the event if it became champion."""
    ask = config.promotion == "ask"
    root = Root.open(config.root)
    verdict = consider(root, model_id, config.promotion_margin, config.min_test_songs, ask=ask)
    get_run_logger().info("%s: %s", model_id, verdict.reason)
    log_on_outer_run("%s: %s", model_id, verdict.reason)
    if verdict.newly:
        announce(config.root, model_id, verdict.reason)
    return verdict


def ask_for_promotion(
    config: TrainConfig, model_id: str, question: str, drift: Drift | None = None
) -> Verdict:
    """Pause the flow run until a person answers in the Prefect UI; return the verdict after that.

    `question` is why the gate would promote the model, `drift` how far its corpus is from the
    champion's. Without an answer within `answer_hours` the model stays a candidate, which
    `nocturne promote` makes champion.
    """
    question += f"; {describe_drift(drift)}" if drift else ""
    announce(config.root, model_id, question, event=ASKED)
    for log in (get_run_logger().info, log_on_outer_run):
        log("%s waits for a person to answer: %s", model_id, _run_page())
    answer = _wait_for_answer(config, model_id, question)
    get_run_logger().info("answer: %s", answer)
    record_answer(Root.open(config.root), model_id, answer)
    return consider_promotion(config, model_id)


def _wait_for_answer(config: TrainConfig, model_id: str, question: str) -> str:
    """Return AGREED, REFUSED or, after `answer_hours`, NO_ANSWER."""
    report = report_address(config.root, model_id)
    link = f"[{report}]({report})" if "://" in report else report
    form = Answer.with_initial_data(
        description=f"May **{model_id}** become champion? {question}.\n\nReport: {link}"
    )
    seconds = max(1, round(config.answer_hours * 3600))
    try:
        given = pause_flow_run(form, timeout=seconds, poll_interval=min(POLL_SECONDS, seconds))
    except FlowPauseTimeout:
        with get_client(sync_client=True) as client:  # else the server would call the run failed
            client.set_flow_run_state(str(flow_run.id), Running(), force=True)
        return NO_ANSWER
    return AGREED if given.promote else REFUSED


def _run_page() -> str | None:
    """Return the address of the page of this flow run in the Prefect UI."""
    return url_for("flow-run", flow_run.id, url_type="ui")


def report_address(root_uri: str, model_id: str) -> str:
    """Return the address of a model's report or, where no page server shows it, its path."""
    path = model_path(model_id, REPORT_PAGE)
    return page_address(root_uri, path) or Root.open(root_uri).display_path(path)


def announce(root_uri: str, model_id: str, reason: str = "", event: str = PROMOTED) -> None:
    """Emit an event on a model: alerts are sent by it, and a new champion starts deployments."""
    emit_event(
        event=event,
        resource={"prefect.resource.id": f"nocturne.model.{model_id}"},
        payload={
            "model_id": model_id,
            "root": root_uri,
            "reason": reason,
            "report": report_address(root_uri, model_id),
        },
    )


@task(name="promote by hand", task_run_name="{config.action}", cache_policy=NO_CACHE)
def promote_by_hand(config: PromoteConfig) -> Champion:
    """Make the named model champion of its corpus, or roll back to the champion before."""
    root = Root.open(config.root, create=False)
    champion = _change_champion(root, config)
    write_index_pages(root)
    announce(config.root, champion.model_id, champion.history[-1].reason)
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
