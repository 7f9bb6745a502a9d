"""What a trained model says about itself, and the pointer to the champion.

Under models/<model_id>/: weights.safetensors, config.json, vocabulary.json, primers.safetensors,
metrics.json, history.json, report.html, card.json (ModelCard; written last, it completes them).
Judging adds judged.safetensors, the samples that metrics.json speaks of.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from schemas.config import TrainConfig
from schemas.presets import NetworkShape


class Evaluation(BaseModel):
    """Total of the loss over one attribute or over all, on held-out songs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bits_per_note: float = Field(ge=0)
    by_attribute: dict[str, float]


class ModelCard(BaseModel):
    """Everything needed to know where a model came from and how good it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    created: datetime
    corpus: str
    data_fingerprint: str = Field(description="Fingerprint of the sequence dataset")
    vocabulary_id: str
    config: TrainConfig
    shape: NetworkShape
    parameters: int = Field(description="Number of trained weights")
    weights_sha256: str
    songs: dict[str, int] = Field(description="Songs in each split")
    notes: dict[str, int] = Field(description="Notes in each split")
    program: int = Field(ge=0, le=127, description="Program that samples are played with")
    steps: int
    epochs: float
    train_seconds: float
    device: str
    stopped: str = Field(description="Why training ended")
    code_version: str
    licence: str
    attribution: str


class Promotion(BaseModel):
    """One change of the champion."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    at: datetime
    reason: str
    previous: str | None


class Champion(BaseModel):
    """models/champion.json: who is champion, and every promotion, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    history: tuple[Promotion, ...]


class TrainedModel(BaseModel):
    """What the train flow returns: the model, how it did and where it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    bits_per_note: float = Field(description="On the test split")
    composite_bits_per_note: float = Field(description="Best n-gram baselines on the same ids")
    promoted: bool
    verdict: str = Field(description="Why it is champion, or why not")
    folder: str
    report: str
    reused: bool
    caution: str = Field("", description="Why the music may be noise; empty for a sound model")
