"""Train: a prepared corpus becomes a model, which is evaluated and promoted if it is better."""

from prefect import flow

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.model_card import TrainedModel
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.promote import ask_for_promotion, consider_promotion
from nocturne.tasks.recording.facts import facts_line
from nocturne.tasks.recording.night import measure_drift
from nocturne.tasks.server_kind import has_lasting_server
from nocturne.tasks.train import (
    evaluate_model,
    finished_model,
    report_model,
    resolve_config,
    sole_training,
    train_model,
    trained_model_summary,
)


@flow(name="train", flow_run_name="train {config.preset} on {config.corpus_or_any}")
def train(config: TrainConfig) -> TrainedModel:
    """Train a model, evaluate it against baselines, and promote it if it passes the gate."""
    config = resolve_config(config)
    with facts_line() as facts, sole_training(config) as root:
        finished = finished_model(root, config)
        with progress_artifacts():
            card = finished or train_model(config)
            evaluate_model(config.root, card.model_id)
            drift = measure_drift(config.root, card.model_id, config.drift_bound)
            verdict = consider_promotion(config, card.model_id)
            report_model(config.root, card.model_id)
            if verdict.asks and has_lasting_server():
                verdict = ask_for_promotion(config, card.model_id, verdict.asks, drift)
                report_model(config.root, card.model_id)
        is_reused = finished is not None
        return facts.of(trained_model_summary(root, card.model_id, verdict, reused=is_reused))
