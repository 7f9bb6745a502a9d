"""The model card of a trained model, the pointers to the champions, what the train flow returns.

Under models/<model_id>/: weights.safetensors, config.json, vocabulary.json, primers.safetensors,
metrics.json, history.json, report.html, card.json (ModelCard; written last, it completes them).
Evaluation adds judged.safetensors, the samples that metrics.json speaks of. schemas/metrics.py has
the metrics.
"""

from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from nocturne.schemas.config import SchemeName, TrainConfig
from nocturne.schemas.config.credentials import without_keys
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import END


class Evaluation(BaseModel):
    """Bits per note on held-out songs, of all attributes together and of each.

    What the ends of songs cost stands among the attributes, as END (schemas/sequences.py).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bits_per_note: float = Field(ge=0)
    by_attribute: dict[str, float]

    @property
    def note_bits(self) -> float:
        """The bits of the notes alone, given that the song goes on."""
        return self.bits_per_note - self.by_attribute.get(END, 0.0)


class ModelCard(BaseModel):
    """Where a model came from: its data, config, network, training and licence."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    created: AwareDatetime
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

    _no_keys = field_validator("config", mode="before")(without_keys)


Decider = Literal["gate", "person", "rollback"]


class Promotion(BaseModel):
    """One change of a champion."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    at: AwareDatetime
    reason: str
    previous: str | None
    by: Decider = Field("gate", description="rollback: earlier promotions were taken back")
    bits: float | None = Field(
        None, description="Bits per note on the songs that the gate compared on"
    )


class RootChampion(BaseModel):
    """models/champion.json of earlier versions: one champion for a whole root; only read."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    history: tuple[Promotion, ...] = Field(min_length=1, description="Oldest first")

    @model_validator(mode="after")
    def _is_the_last(self) -> Self:
        if self.model_id != self.history[-1].model_id:
            raise ValueError("model_id is not that of the last entry of its history")
        return self


class Champion(RootChampion):
    """models/champions/<corpus>/<scheme>.json: the champion, and every change of it."""

    corpus: str
    scheme: SchemeName


class TrainedModel(BaseModel):
    """What the train flow returns: the model, its bits per note, the verdict and its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_id: str
    bits_per_note: float = Field(description="On the test split")
    composite_bits_per_note: float = Field(description="Best n-gram baselines on the same ids")
    promoted: bool
    candidate: bool = Field(False, description="It passed the gate and waits for a person")
    verdict: str = Field(description="The gate's decision and its reason")
    folder: str
    report: str
    reused: bool
    caution: str = Field("", description="Why the music may be noise; empty for a sound model")
    no_news: str = Field("", description="Why a night trained nothing; empty if it trained")
