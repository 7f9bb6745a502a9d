"""The Prefect task that decides what a retrained model starts from."""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import TrainConfig
from tasks.model.build import MOVING
from tasks.model.finished import learned_model
from tasks.model.warm_start import start_of
from tasks.storage.root import Root


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
        return config.having(init_from=known.config.init_from)
    start, why = start_of(root, config)
    get_run_logger().info("%s", why)
    return config.having(init_from=start)
