"""Retrain: what is new in a source becomes a model that may take the champion's place."""

from prefect import flow

from flows.ingest import ingest
from flows.prepare import prepare
from flows.train import train
from schemas.config import IngestConfig, PrepareConfig, RetrainConfig, TrainConfig
from schemas.model_card import TrainedModel
from tasks.stages import stages
from tasks.warm_start import choose_start


@flow(name="retrain", flow_run_name="retrain {config.preset} on {config.corpus}")
def retrain(config: RetrainConfig) -> TrainedModel:
    """Ingest what is new, prepare it, train from the champion if that fits, judge, promote."""
    with stages():
        ingest(config.part(IngestConfig))
        prepare(config.part(PrepareConfig))
        return train(choose_start(config.part(TrainConfig)))
