"""Retrain: new files of a source become a model that may replace the champion."""

from prefect import flow

from nocturne.flows.ingest import ingest
from nocturne.flows.prepare import prepare
from nocturne.flows.train import train
from nocturne.schemas.config import IngestConfig, PrepareConfig, RetrainConfig
from nocturne.schemas.model_card import TrainedModel
from nocturne.tasks.model.registry.open_models import models_opened_once
from nocturne.tasks.recording.night import recorded_night
from nocturne.tasks.stages import stages
from nocturne.tasks.train import plan_training, unchanged_model


@flow(name="retrain", flow_run_name="retrain {config.preset} on {config.corpus}")
def retrain(config: RetrainConfig) -> TrainedModel:
    """Ingest and prepare what is new, train on it from the champion, evaluate and promote."""
    with recorded_night(config) as night, stages():
        ingest(config.subset(IngestConfig))
        prepare(config.subset(PrepareConfig))
        with models_opened_once():
            plan = plan_training(config)
            if plan.no_news:
                return night.of(unchanged_model(plan), reused=False)
            return train(plan.config)
