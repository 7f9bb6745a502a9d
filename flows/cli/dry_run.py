"""What a flow command would do: no Prefect server is started, and nothing is written."""

import time
from collections.abc import Callable
from typing import Any

from nocturne.schemas.config import Config, TidyConfig
from nocturne.schemas.upkeep import TidyReport
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep import forecast as forecasts
from nocturne.tasks.upkeep.tidy import plan_tidy


def forecast(flow: str, config: Config) -> Any:
    """Return what the flow of that name would do; a NocturneError if it could not run."""
    return FORECASTS[flow](config)


def _tidy(config: TidyConfig) -> TidyReport:
    return plan_tidy(Root.open(config.root, create=False), config, time.time())


FORECASTS: dict[str, Callable[..., Any]] = {
    "compose": forecasts.forecast_compose,
    "retrain": forecasts.forecast_retrain,
    "ingest": forecasts.forecast_ingest,
    "prepare": forecasts.forecast_prepare,
    "train": forecasts.forecast_train,
    "generate": forecasts.forecast_generate,
    "promote": forecasts.forecast_promote,
    "tidy": _tidy,
}
