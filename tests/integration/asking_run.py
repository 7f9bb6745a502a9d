"""A night in small, whose model passes the gate and which asks a person.

    python -P asking_run.py ROOT

A stage of it considers the model `m` of that root as the train flow does.
"""

import sys

from prefect import flow

from nocturne.schemas.config import TrainConfig
from nocturne.tasks import promote
from nocturne.tasks.stages import stages

promote.POLL_SECONDS = 1


@flow(name="train", flow_run_name="train small on folk")
def stage(root: str) -> None:
    """Consider the model, and ask."""
    config = TrainConfig(root=root, promotion="ask")
    verdict = promote.consider_promotion(config, "m")
    promote.ask_for_promotion(config, "m", verdict.asks)


@flow(name="retrain", flow_run_name="a night that asks")
def night(root: str) -> None:
    """Run the stage."""
    with stages():
        stage(root)


if __name__ == "__main__":
    night(sys.argv[1])
