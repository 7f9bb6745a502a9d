"""Prefect tasks of training and evaluation."""

from contextlib import AbstractContextManager
from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.model_card import ModelCard, TrainedModel
from nocturne.tasks.artifacts import create_markdown_artifact
from nocturne.tasks.corpus.corpus_choice import choose_prepared
from nocturne.tasks.links import link_page
from nocturne.tasks.model import build
from nocturne.tasks.model.build import MOVING
from nocturne.tasks.model.evaluation import evaluate
from nocturne.tasks.model.evaluation.gate import Verdict
from nocturne.tasks.model.registry.finished_models import finished_model, learned_model
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.warm_start import carried, start_of
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.pages.model_caution import caution_of
from nocturne.tasks.pages.model_report import publish
from nocturne.tasks.policy import may_pass
from nocturne.tasks.progress import progress_of
from nocturne.tasks.storage.layout import REPORT_PAGE, model_path
from nocturne.tasks.storage.locking.locks import model_writer
from nocturne.tasks.storage.root import Root


@task(
    name="train model",
    task_run_name="train {config.preset} on {config.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def train_model(config: TrainConfig) -> ModelCard:
    """Train a model and save it, going on from a checkpoint if there is one."""
    root = Root.open(config.root)
    if line := carried(root, config):
        get_run_logger().info("%s", line)
    card = build.build_model(root, config, progress_of("train model"))
    minutes = card.train_seconds / 60
    get_run_logger().info(
        "trained %s: %d steps in %.1f minutes; %s", card.model_id, card.steps, minutes, card.stopped
    )
    return card


def settled(config: TrainConfig) -> TrainConfig:
    """Return the config with its corpus named, and its warm start by model id."""
    root = Root.open(config.root, create=False)
    chosen = choose_prepared(root, config)
    if not config.corpus:
        get_run_logger().info("corpus %s: the only one there is to learn from", chosen.corpus)
    return build.resolved(root, chosen)


def one_training(config: TrainConfig) -> AbstractContextManager[None]:
    """Let one process train the model that `config` gives; BusyError for another."""
    root = Root.open(config.root)
    return model_writer(root, build.model_name(root, config))


def finished(config: TrainConfig) -> ModelCard | None:
    """Return the card of a model that is already trained, saying so."""
    card = finished_model(Root.open(config.root), config)
    if card:
        get_run_logger().info("model %s is already trained: reused", card.model_id)
    return card


def summary(root_uri: str, model_id: str, verdict: Verdict, *, reused: bool) -> TrainedModel:
    """Return what the flow reports of the model."""
    root = Root.open(root_uri)
    metrics = read_metrics(root, model_id)
    return TrainedModel(
        model_id=model_id,
        bits_per_note=metrics["bits_per_note"],
        composite_bits_per_note=metrics["composite_bits_per_note"],
        promoted=verdict.promoted,
        verdict=verdict.reason,
        folder=root.display_path(model_path(model_id)),
        report=root.display_path(model_path(model_id, REPORT_PAGE)),
        reused=reused,
        caution=caution_of(read_card(root, model_id), metrics),
    )


@task(
    name="judge model",
    task_run_name="judge {model_id}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def evaluate_model(root_uri: str, model_id: str) -> dict[str, Any]:
    """Measure a model on held-out songs and by its samples, unless that is done."""
    root = Root.open(root_uri)
    if metrics := evaluate.measured(root, model_id):
        return metrics
    metrics = evaluate.evaluate_model(root, model_id, progress_of("judge model"))
    get_run_logger().info(
        "%s: %.2f bits per note on held-out songs (n-gram composite %.2f, with a cache %.2f), "
        "repetition %.2f (held-out songs %.2f)",
        model_id,
        metrics["bits_per_note"],
        metrics["composite_bits_per_note"],
        metrics["cache_bits_per_note"],
        metrics["repetition"],
        metrics["repetition_held_out"],
    )
    return metrics


@task(
    name="report on model",
    task_run_name="report on {model_id}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def report_model(root_uri: str, model_id: str) -> None:
    """Write the model's report page and show the same in the Prefect UI."""
    progress = progress_of("write report")
    progress(0, 1)
    root = Root.open(root_uri)
    text = publish.write_report(root, model_id)
    write_index_pages(root)  # names the champion, who is chosen before the report
    progress(1, 1)
    title = f"Report on {model_id}"
    create_markdown_artifact(text, key="model-report", description=title)
    link_page(root_uri, model_path(model_id, REPORT_PAGE), "model-report-link", title)


@task(name="choose start", task_run_name="choose start for {config.corpus}", cache_policy=NO_CACHE)
def choose_start(config: TrainConfig) -> TrainConfig:
    """Start from the champion as far as it fits, and say which start was chosen and why.

    Where a model has learned from this very data with this config already, the start is that
    model's own, so that training finds it finished.
    """
    root = Root.open(config.root)
    moves = config.init_from is None or config.init_from in MOVING
    if moves and (known := learned_model(root, config)):
        get_run_logger().info("nothing new to learn: %s has learned from this data", known.model_id)
        return config.copy_with(init_from=known.config.init_from)
    start, why = start_of(root, config)
    get_run_logger().info("%s", why)
    return config.copy_with(init_from=start)
