"""Prefect tasks of training and evaluation."""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import RetrainConfig, TrainConfig
from nocturne.schemas.metrics import ModelMetrics
from nocturne.schemas.model_card import ModelCard, TrainedModel
from nocturne.tasks.artifacts import create_markdown_artifact
from nocturne.tasks.corpus.corpus_choice import choose_prepared
from nocturne.tasks.links import link_page
from nocturne.tasks.model import build
from nocturne.tasks.model.evaluation import evaluate
from nocturne.tasks.model.evaluation.gate import Verdict, gate_figures
from nocturne.tasks.model.night_plan import NightPlan, plan_night
from nocturne.tasks.model.registry import finished_models
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.open_models import models_opened_once, open_model
from nocturne.tasks.model.warm_start import describe_warm_start, resolve_warm_start
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.pages.model_caution import caution_of
from nocturne.tasks.pages.model_report import publish
from nocturne.tasks.policy import may_pass
from nocturne.tasks.progress import progress_of
from nocturne.tasks.recording.facts import task
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
    """Train a model and save it; continue from a checkpoint if there is one."""
    root = Root.open(config.root)
    if line := describe_warm_start(root, config):
        get_run_logger().info("%s", line)
    card = build.build_model(root, config, progress_of("train model"))
    minutes = card.train_seconds / 60
    get_run_logger().info(
        "trained %s: %d steps in %.1f minutes; %s", card.model_id, card.steps, minutes, card.stopped
    )
    return card


def resolve_config(config: TrainConfig) -> TrainConfig:
    """Return the config with its corpus named, and its warm start by model id."""
    root = Root.open(config.root, create=False)
    resolved = choose_prepared(root, config)
    if not config.corpus:
        get_run_logger().info("corpus %s: the only prepared corpus", resolved.corpus)
    return resolve_warm_start(root, resolved)


@contextmanager
def sole_training(config: TrainConfig) -> Iterator[Root]:
    """Let one process train the model that `config` gives; BusyError for another.

    Yields the root. Models that are opened within the block are loaded once.
    """
    root = Root.open(config.root)
    name, needs = build.model_name(root, config), build.needed_folders(config)
    with model_writer(root, name, needs), models_opened_once():
        yield root


def finished_model(root: Root, config: TrainConfig) -> ModelCard | None:
    """Return the card of the model if it is already trained, and log so."""
    card = finished_models.finished_model(root, config)
    if card:
        get_run_logger().info("model %s is already trained: reused", card.model_id)
    return card


def trained_model_summary(
    root: Root, model_id: str, verdict: Verdict, *, reused: bool
) -> TrainedModel:
    """Return what the flow reports of the model."""
    folder = open_model(root, model_id)
    figures = gate_figures(folder.metrics)
    return TrainedModel(
        model_id=model_id,
        bits_per_note=figures["bits_per_note"],
        composite_bits_per_note=figures["composite_bits_per_note"],
        promoted=verdict.promoted,
        candidate=bool(verdict.asks),
        verdict=verdict.reason,
        folder=root.display_path(folder.path),
        report=root.display_path(model_path(model_id, REPORT_PAGE)),
        reused=reused,
        caution=caution_of(folder.card, folder.metrics),
    )


@task(
    name="evaluate model",
    task_run_name="evaluate {model_id}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def evaluate_model(root_uri: str, model_id: str) -> ModelMetrics:
    """Measure a model on held-out songs and by its samples, unless its metrics are complete."""
    root = Root.open(root_uri)
    if metrics := evaluate.complete_metrics(root, model_id):
        return metrics
    metrics = evaluate.evaluate_model(root, model_id, progress_of("evaluate model"))
    get_run_logger().info(
        "%s: %.2f bits per note on held-out songs (n-gram composite %.2f, with a cache %.2f), "
        "repetition %.2f (held-out songs %.2f)",
        model_id,
        metrics.bits_per_note,
        metrics.baseline_bits("composite"),
        metrics.baseline_bits("cache"),
        metrics.samples["repetition"],
        metrics.held_out["repetition"],
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
    """Write the model's report page and show the report in the Prefect UI."""
    progress = progress_of("write report")
    progress(0, 1)
    root = Root.open(root_uri)
    text = publish.write_report(root, model_id)
    write_index_pages(root)  # they name the champion, which is chosen before the report
    progress(1, 1)
    title = f"Report on {model_id}"
    create_markdown_artifact(text, key="model-report", description=title)
    link_page(root_uri, model_path(model_id, REPORT_PAGE), "model-report-link", title)


@task(name="plan training", task_run_name="plan training of {config.corpus}", cache_policy=NO_CACHE)
def plan_training(config: RetrainConfig) -> NightPlan:
    """Plan what to train by what there is to gain, and log the plan and its reason."""
    plan = plan_night(Root.open(config.root), config)
    get_run_logger().info("%s%s", "no news: " if plan.no_news else "", plan.reason)
    return plan


def unchanged_model(plan: NightPlan) -> TrainedModel:
    """Return what a night without news reports: the model that stays, and why."""
    root, name = Root.open(plan.config.root), str(plan.no_news)
    folder = open_model(root, name)
    champion = read_champion(root, folder.card.corpus, folder.card.config.scheme)
    is_champion = champion is not None and champion.model_id == name
    reason = "is champion" if is_champion else str(folder.metrics.verdict)
    verdict = Verdict(is_champion, reason)
    summary = trained_model_summary(root, name, verdict, reused=True)
    return summary.model_copy(update={"no_news": plan.reason})
