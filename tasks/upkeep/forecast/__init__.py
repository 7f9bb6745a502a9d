"""What each flow would do, read off the storage root: nothing is written, no lock is taken."""

from nocturne.tasks.upkeep.forecast.flows import (
    forecast_compose,
    forecast_generate,
    forecast_ingest,
    forecast_prepare,
    forecast_promote,
    forecast_retrain,
    forecast_train,
)

__all__ = [
    "forecast_compose",
    "forecast_generate",
    "forecast_ingest",
    "forecast_prepare",
    "forecast_promote",
    "forecast_retrain",
    "forecast_train",
]
