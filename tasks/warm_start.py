"""The Prefect task that decides what a retrained model starts from."""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import TrainConfig
from tasks.model.warm_start import start_of
from tasks.storage.root import Root


@task(name="choose start", task_run_name="choose start for {config.corpus}", cache_policy=NO_CACHE)
def choose_start(config: TrainConfig) -> TrainConfig:
    """Start from the champion if it fits, and say which start was chosen and why."""
    start, why = start_of(Root.open(config.root), config)
    get_run_logger().info("%s", why)
    return config.having(init_from=start)
