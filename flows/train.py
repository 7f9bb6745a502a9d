"""Train: a prepared corpus becomes a model, judged and, if it is better, champion."""

from prefect import flow

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.model_card import TrainedModel
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.promote import consider_promotion
from nocturne.tasks.train import (
    evaluate_model,
    finished,
    one_training,
    report_model,
    settled,
    summary,
    train_model,
)


@flow(name="train", flow_run_name="train {config.preset} on {config.corpus_or_any}")
def train(config: TrainConfig) -> TrainedModel:
    """Train a model, measure it against baselines, and let it out if it passes."""
    config = settled(config)
    with one_training(config):
        done = finished(config)
        with progress_artifacts():
            card = done or train_model(config)
            evaluate_model(config.root, card.model_id)
            verdict = consider_promotion(
                config.root, card.model_id, config.promotion_margin, config.min_test_songs
            )
            report_model(config.root, card.model_id)
        return summary(config.root, card.model_id, verdict, reused=done is not None)
