"""What a night was: the record of one retrain run, and how far its corpus moved."""

from nocturne.schemas.nights.drift import Drift
from nocturne.schemas.nights.profile import (
    FEATURE_TITLES,
    FEATURES,
    QUARANTINED,
    CorpusProfile,
    ModelCorpus,
)
from nocturne.schemas.nights.record import FINISHED, FileCounts, NightOutcome, NightRecord

__all__ = [
    "FEATURES",
    "FEATURE_TITLES",
    "FINISHED",
    "QUARANTINED",
    "CorpusProfile",
    "Drift",
    "FileCounts",
    "ModelCorpus",
    "NightOutcome",
    "NightRecord",
]
