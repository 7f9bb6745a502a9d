"""Prefect's side of a night: the record at the end of a retrain run, the drift of its corpus."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.events import emit_event

from nocturne.schemas.config import RetrainConfig
from nocturne.schemas.errors import CorpusError, ModelError, NocturneError
from nocturne.schemas.nights import Drift, NightRecord
from nocturne.tasks.artifacts import create_markdown_artifact
from nocturne.tasks.links import link_page, page_address
from nocturne.tasks.nights.drift import (
    describe_drift,
    record_champions_corpus,
    record_corpus,
)
from nocturne.tasks.nights.records import write_night
from nocturne.tasks.nights.run_facts import RunFacts
from nocturne.tasks.nights.summary import champion_id, failed_night, night_of
from nocturne.tasks.nights.under_way import night_under_way, note_crashed_nights
from nocturne.tasks.pages.comparison.page import compare_models, write_comparison
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.pages.scoreboard.markdown import scoreboard_markdown
from nocturne.tasks.recording.facts import facts_line, task
from nocturne.tasks.stages import log_on_outer_run
from nocturne.tasks.storage.layout import MODELS, REPORT_PAGE, index_page_path, model_path
from nocturne.tasks.storage.root import Root

DRIFTED = "nocturne.corpus.drifted"


@contextmanager
def recorded_night(config: RetrainConfig) -> Iterator[RunFacts]:
    """Write the record of the retrain run in the block when it ends, in whatever way.

    The flows that run in the block hand over what they return by their facts; a night that trains
    nothing hands over the model that stays by the facts that this yields. Records of earlier
    nights that ended without a word are written first.
    """
    root, logger = Root.open(config.root), get_run_logger()
    for crashed in note_crashed_nights(root, config.corpus):
        logger.warning("the night of %s: %s", f"{crashed.started:%Y-%m-%d %H:%M}", crashed.reason)
    record_champions_corpus(root, config.corpus, config.scheme)
    with facts_line() as facts:
        begun = _begin(root, config)
        with night_under_way(root, begun):
            try:
                yield facts
                night = night_of(root, begun, *_so_far(facts), config.drift_bound)
            except BaseException as error:
                _write_failed(root, failed_night(begun, *_so_far(facts), error))
                raise
            _write(root, night)


def _begin(root: Root, config: RetrainConfig) -> NightRecord:
    """Return the record of a night that begins now."""
    context, now = FlowRunContext.get(), datetime.now(UTC)
    flow_run = context.flow_run if context else None
    begun = NightRecord(
        run=str(flow_run.id if flow_run else uuid4())[:8],
        flow_run_id=str(flow_run.id) if flow_run else None,
        corpus=config.corpus,
        scheme=config.scheme,
        started=now,
        ended=now,
        outcome="crashed",
        reason="",
    )
    return begun.model_copy(update={"champion_before": champion_id(root, begun)})


def _so_far(facts: RunFacts) -> tuple[dict[str, Any], dict[str, float], datetime]:
    """Return what the flows of the night have returned, the seconds by stage, and the time now."""
    results = {name: one.result for name, one in facts.inside.items() if one.result is not None}
    if facts.result is not None:
        results["train"] = facts.result
    return results, facts.stage_seconds(), datetime.now(UTC)


def _write(root: Root, night: NightRecord) -> None:
    """Write the record and the pages, show the scoreboard and emit the event of a moved corpus."""
    write_night(root, night)
    get_run_logger().info("night of %s: %s: %s", night.corpus, night.outcome, night.reason)
    _compare_with_champion(root, night)
    write_index_pages(root)
    title = f"Nights of {night.corpus}"
    text = scoreboard_markdown(root, night.corpus)
    create_markdown_artifact(text, key="scoreboard", description=title)
    link_page(root.uri, index_page_path(MODELS), "scoreboard-link", title)
    if night.drift and night.drift.has_moved:
        announce_drift(root.uri, night, night.drift)


def _compare_with_champion(root: Root, night: NightRecord) -> None:
    """Write the page of the night's model beside the champion before the night."""
    if night.model_id is None or night.champion_before in (None, night.model_id):
        return
    try:
        write_comparison(root, compare_models(root, night.model_id, night.champion_before))
    except ModelError as error:
        get_run_logger().warning("no comparison with the champion: %s", error)


def _write_failed(root: Root, night: NightRecord) -> None:
    """Write the record of a failed night; a root that cannot be written is one line in the log."""
    try:
        write_night(root, night)
        write_index_pages(root)
    except NocturneError as error:
        get_run_logger().warning("the night is not in the history: %s", error)


def announce_drift(root_uri: str, night: NightRecord, drift: Drift) -> None:
    """Emit the event of a corpus that moved beyond its bound, which automations can act on."""
    page = model_path(night.model_id, REPORT_PAGE) if night.model_id else index_page_path(MODELS)
    emit_event(
        event=DRIFTED,
        resource={"prefect.resource.id": f"nocturne.corpus.{night.corpus}"},
        payload={
            "root": root_uri,
            "corpus": night.corpus,
            "drift": drift.overall,
            "bound": drift.bound,
            "by_feature": drift.by_feature,
            "reason": describe_drift(drift),
            "report": page_address(root_uri, page) or Root.open(root_uri).display_path(page),
        },
    )


@task(name="measure drift", task_run_name="measure drift of {model_id}", cache_policy=NO_CACHE)
def measure_drift(root_uri: str, model_id: str, bound: float) -> Drift | None:
    """Record the corpus of a model, measure its drift from the champion's and log it.

    Returns None without a champion whose corpus is recorded. A corpus or record that cannot be
    read is a warning: a model is judged without it.
    """
    try:
        drift = record_corpus(Root.open(root_uri), model_id, bound).drift
    except (CorpusError, ModelError) as error:
        get_run_logger().warning("the drift was not measured: %s", error)
        return None
    if drift:
        get_run_logger().info("%s: %s", model_id, describe_drift(drift))
        if drift.has_moved:
            log_on_outer_run("%s: %s", model_id, describe_drift(drift))
    return drift
