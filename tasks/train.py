"""Prefect tasks of training."""

from contextlib import AbstractContextManager

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import TrainConfig
from schemas.model_card import ModelCard, TrainedModel
from tasks.model import build
from tasks.model.caution import caution_of
from tasks.model.finished import finished_model
from tasks.model.gate import Verdict
from tasks.model.registry import read_card, read_metrics
from tasks.model.report_folder import report_path
from tasks.model.warm_start import carried
from tasks.policy import may_pass
from tasks.progress import progress_of
from tasks.storage.corpus_choice import choose_prepared
from tasks.storage.locks import model_writer
from tasks.storage.root import Root


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
        folder=root.shown(f"models/{model_id}"),
        report=root.shown(report_path(model_id)),
        reused=reused,
        caution=caution_of(read_card(root, model_id), metrics),
    )
