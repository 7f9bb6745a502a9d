"""What a night was: the record of one retrain run, and how far its corpus moved."""

from nocturne.schemas.nights.drift import Drift
from nocturne.schemas.nights.record import FINISHED, FileCounts, NightOutcome, NightRecord

__all__ = ["FINISHED", "Drift", "FileCounts", "NightOutcome", "NightRecord"]
