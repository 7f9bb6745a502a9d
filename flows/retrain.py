"""Retrain: what is new in a source becomes a model that may take the champion's place."""

from prefect import flow

from nocturne.flows.ingest import ingest
from nocturne.flows.prepare import prepare
from nocturne.flows.train import train
from nocturne.schemas.config import IngestConfig, PrepareConfig, RetrainConfig, TrainConfig
from nocturne.schemas.model_card import TrainedModel
from nocturne.tasks.stages import stages
from nocturne.tasks.train import choose_start


@flow(name="retrain", flow_run_name="retrain {config.preset} on {config.corpus}")
def retrain(config: RetrainConfig) -> TrainedModel:
    """Ingest what is new, prepare it, train from the champion if that fits, judge, promote."""
    with stages():
        ingest(config.subset(IngestConfig))
        prepare(config.subset(PrepareConfig))
        return train(choose_start(config.subset(TrainConfig)))
