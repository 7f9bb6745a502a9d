"""What the upkeep of a storage root reports: removals, usage, findings, forecasts."""

from nocturne.schemas.upkeep.removal import Kind, Removal, Stays, TidyReport

__all__ = ["Kind", "Removal", "Stays", "TidyReport"]
