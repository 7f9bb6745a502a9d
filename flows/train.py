"""Train: a prepared corpus becomes a model, judged and, if it is better, champion."""

from prefect import flow

from schemas.config import TrainConfig
from schemas.model_card import TrainedModel
from tasks.evaluate import judge_model, report_model
from tasks.progress_artifacts import progress_artifacts
from tasks.promote import consider_promotion
from tasks.train import finished, one_training, settled, summary, train_model


@flow(name="train", flow_run_name="train {config.preset} on {config.corpus_or_any}")
def train(config: TrainConfig) -> TrainedModel:
    """Train a model, measure it against baselines, and let it out if it passes."""
    config = settled(config)
    with one_training(config):
        done = finished(config)
        with progress_artifacts():
            card = done or train_model(config)
            judge_model(config.root, card.model_id)
            verdict = consider_promotion(
                config.root, card.model_id, config.promotion_margin, config.min_test_songs
            )
            report_model(config.root, card.model_id)
        return summary(config.root, card.model_id, verdict, reused=done is not None)
