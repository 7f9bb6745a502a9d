"""What the upkeep of a storage root reports: removals, usage, findings, forecasts."""

from nocturne.schemas.upkeep.finding import Finding, VerifyReport
from nocturne.schemas.upkeep.forecast import Forecast, StageForecast
from nocturne.schemas.upkeep.removal import Kind, Removal, Stays, TidyReport

__all__ = [
    "Finding",
    "Forecast",
    "Kind",
    "Removal",
    "StageForecast",
    "Stays",
    "TidyReport",
    "VerifyReport",
]
