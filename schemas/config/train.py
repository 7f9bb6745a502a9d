"""Configs of training and of the champion."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from nocturne.schemas.config.base import (
    SchemeConfig,
    SchemeName,
    Seeded,
    StorageConfig,
    as_plain_input,
    empty_as_none,
)
from nocturne.schemas.config.changes import CIRCUMSTANCE, Changes
from nocturne.schemas.config.rules import NAME
from nocturne.schemas.network_shape import PRESETS_IN_WORDS, PresetName

Executor = Literal["auto", "xla", "keras"]
Precision = Literal["auto", "float32", "mixed"]
PromotionRule = Literal["auto", "ask"]
TRAINING = Changes("model", "weights")
# Models of versions without these two fields keep their ids.
MIXED_TRAINING = Changes("model", "weights", unless=("auto", "float32"))
LIMITED_TRAINING = Changes("model", "weights", unless=(None,))


class TrainConfig(SchemeConfig, Seeded):
    """Train an LSTM encoder-decoder to predict the notes that follow a window of notes."""

    preset: Annotated[PresetName, TRAINING] = Field(
        "small",
        title="Preset",
        description=f"Network size: {PRESETS_IN_WORDS}",
    )
    max_minutes: Annotated[float, TRAINING] = Field(
        60.0,
        title="Longest training (min)",
        description="Training ends after this time, with the best weights so far",
        gt=0,
        le=30 * 24 * 60,
    )
    max_epochs: Annotated[int, TRAINING] = Field(
        200,
        title="Most epochs",
        description="Training ends after this many passes over the songs",
        ge=1,
        le=100_000,
    )
    max_steps: Annotated[int | None, LIMITED_TRAINING] = Field(
        None,
        title="Most steps",
        description="Training ends after this many steps; if empty, epochs and time decide",
        ge=1,
        le=1_000_000_000,
    )
    patience: Annotated[int, TRAINING] = Field(
        10,
        title="Patience (evaluations)",
        description="Training ends after this many evaluations without a better validation loss",
        ge=1,
        le=100_000,
    )
    batch: Annotated[int, TRAINING] = Field(
        32,
        title="Batch (windows)",
        description="Number of windows in a training step",
        ge=1,
        le=4096,
    )
    learning_rate: Annotated[float, TRAINING] = Field(
        3e-3,
        title="Learning rate",
        description="Adam's peak learning rate, with cosine decay",
        gt=0,
        le=1,
    )
    clip_norm: Annotated[float, TRAINING] = Field(
        1.0,
        title="Gradient clip",
        description="Larger gradients are scaled to this global norm",
        gt=0,
        le=1000,
    )
    dropout: Annotated[float, TRAINING] = Field(
        0.1, title="Dropout", description="Share of cells dropped in training", ge=0, lt=1
    )
    transpose_down: Annotated[int, TRAINING] = Field(
        5,
        title="Transpose down (semitones)",
        description="Training songs are transposed down by at most this much",
        ge=0,
        le=11,
    )
    transpose_up: Annotated[int, TRAINING] = Field(
        6,
        title="Transpose up (semitones)",
        description="Training songs are transposed up by at most this much",
        ge=0,
        le=11,
    )
    new_share: Annotated[float | None, LIMITED_TRAINING] = Field(
        None,
        title="Share of new songs",
        description="Share of each batch drawn from the songs that the model to start from has "
        "not learned; if empty, all songs count alike",
        gt=0,
        lt=1,
    )
    executor: Annotated[Executor, Changes("weights")] = Field(
        "auto", title="Executor", description="auto takes xla on CPU and keras (cuDNN) on GPU"
    )
    precision: Annotated[Precision, MIXED_TRAINING] = Field(
        "auto",
        title="Precision",
        description="auto takes mixed (float16 products) on GPUs with tensor cores, else float32",
    )
    checkpoint_minutes: Annotated[float, CIRCUMSTANCE] = Field(
        2.0,
        title="Checkpoint every (min)",
        description="A crash loses at most the work of this many minutes",
        gt=0,
        le=24 * 60,
    )
    resume: Annotated[bool, CIRCUMSTANCE] = Field(
        True, title="Resume", description="Continue an unfinished run of the same config"
    )
    promotion_margin: Annotated[float, CIRCUMSTANCE] = Field(
        0.02,
        title="Promotion margin (bits per note)",
        description="A model that is worse than the champion by no more than this is promoted",
        ge=0,
        le=10,
    )
    min_test_songs: Annotated[int, CIRCUMSTANCE] = Field(
        5,
        title="Fewest test songs",
        description="With fewer test songs, a model is not compared with the champion, which stays",
        ge=1,
        le=1_000_000,
    )
    drift_bound: Annotated[float, CIRCUMSTANCE] = Field(
        0.1,
        title="Drift bound (bits)",
        description="A corpus that is further than this from the corpus of the champion, in "
        "Jensen-Shannon divergence of the feature that moved most, has moved: the report and an "
        "event say so",
        ge=0,
        le=1,
    )
    promotion: Annotated[PromotionRule, CIRCUMSTANCE] = Field(
        "auto",
        title="Promotion",
        description="auto promotes a model that passes the gate; ask pauses the run until a person "
        "decides in the Prefect UI",
    )
    answer_hours: Annotated[float, CIRCUMSTANCE] = Field(
        12.0,
        title="Wait for the answer (h)",
        description="With promotion ask: without an answer in this time the champion stays, and "
        "nocturne promote makes the model champion later",
        gt=0,
        le=30 * 24,
    )
    least_steps: Annotated[int, CIRCUMSTANCE] = Field(
        100,
        title="Least training (steps)",
        description="A model of fewer steps carries a warning that its music may be noise",
        ge=0,
        le=1_000_000_000,
    )
    init_from: Annotated[str | None, Changes("model")] = Field(
        None,
        title="Start from model",
        description="champion or a model id: training starts from its weights",
    )


class PromoteConfig(StorageConfig):
    """Make a model champion by hand, or undo the last promotion."""

    model: Annotated[str, CIRCUMSTANCE] = Field(
        "latest",
        title="Model",
        description="latest, or a model id: the new champion of its corpus and scheme",
        min_length=1,
    )
    corpus: Annotated[str | None, NAME, CIRCUMSTANCE] = Field(
        None,
        title="Corpus",
        description="Corpus of the latest model or champion; if empty, promoting takes the corpus "
        "of the latest model, rolling back the corpus whose champion changed last",
        json_schema_extra=as_plain_input,
    )
    scheme: Annotated[SchemeName | None, CIRCUMSTANCE] = Field(
        None,
        title="Category scheme",
        description="Category scheme of that model; if empty, found as the corpus is",
        json_schema_extra=as_plain_input,
    )
    rollback: Annotated[bool, CIRCUMSTANCE] = Field(
        False, title="Roll back", description="Make the previous champion champion again"
    )

    _empty_names = field_validator("corpus", "scheme", mode="before")(empty_as_none)

    @property
    def action(self) -> str:
        """Return what the request asks for, as the name of its flow run."""
        return "roll the champion back" if self.rollback else f"promote {self.model}"
