"""What the corpus of a model was like when it was trained, as counts: what drift is measured from.

models/<model>/corpus.json, written once, before the gate decides on the model.
"""

from pydantic import BaseModel, ConfigDict, Field

from nocturne.schemas.manifest import Counts
from nocturne.schemas.nights.drift import Drift

# Distributions of quality.parquet that drift compares, and their names on pages.
FEATURES = {
    "notes per song": "Notes per song",
    "pitch": "Pitch",
    "tempo": "Tempo",
    "program": "Program",
    "songs per family": "Songs per family",
}
QUARANTINED = "share quarantined"
FEATURE_TITLES = {**FEATURES, QUARANTINED: "Share quarantined"}


class CorpusProfile(BaseModel):
    """The distributions of a corpus, each as counts by the bin's label; empty bins are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    corpus: str
    fingerprint: str = Field(description="Of the notes")
    counts: Counts
    notes: int = Field(ge=0)
    distributions: dict[str, dict[str, int]] = Field(description="By feature, a key of FEATURES")


class ModelCorpus(BaseModel):
    """The corpus that a model was trained on, and how far it had moved from the champion's."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    profile: CorpusProfile
    drift: Drift | None = Field(None, description="None if there was no champion to compare with")
