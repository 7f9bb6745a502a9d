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
from nocturne.schemas.config.rules import NAME
from nocturne.schemas.network_shape import PRESETS_IN_WORDS, PresetName

Executor = Literal["auto", "xla", "keras"]
Precision = Literal["auto", "float32", "mixed"]


class TrainConfig(SchemeConfig, Seeded):
    """An LSTM encoder-decoder learns to continue a window of notes with the next one."""

    preset: PresetName = Field(
        "small",
        title="Preset",
        description=f"Network size: {PRESETS_IN_WORDS}",
    )
    max_minutes: float = Field(
        60.0,
        title="Longest training (min)",
        description="Minutes after which training ends with its best weights so far",
        gt=0,
        le=30 * 24 * 60,
    )
    max_epochs: int = Field(
        200, title="Most epochs", description="Passes over the training notes", ge=1, le=100_000
    )
    max_steps: int | None = Field(
        None,
        title="Most steps",
        description="Training steps after which training ends; empty leaves it to epochs and time",
        ge=1,
        le=1_000_000_000,
    )
    patience: int = Field(
        10,
        title="Patience (evaluations)",
        description="Evaluations without a better validation loss before training stops",
        ge=1,
        le=100_000,
    )
    batch: int = Field(32, title="Batch (windows)", description="Windows per step", ge=1, le=4096)
    learning_rate: float = Field(
        3e-3, title="Learning rate", description="Adam's peak rate, cosine decay", gt=0, le=1
    )
    clip_norm: float = Field(
        1.0, title="Gradient clip", description="Largest global gradient norm", gt=0, le=1000
    )
    dropout: float = Field(0.1, title="Dropout", description="Share of cells dropped", ge=0, lt=1)
    transpose_down: int = Field(
        5,
        title="Transpose down (semitones)",
        description="Furthest down that training songs are moved",
        ge=0,
        le=11,
    )
    transpose_up: int = Field(
        6,
        title="Transpose up (semitones)",
        description="Furthest up that training songs are moved",
        ge=0,
        le=11,
    )
    executor: Executor = Field(
        "auto", title="Executor", description="xla on CPU and keras (cuDNN) on GPU, or forced"
    )
    precision: Precision = Field(
        "auto",
        title="Precision",
        description="mixed (float16 products) on GPUs with tensor cores, else float32; or forced",
    )
    checkpoint_minutes: float = Field(
        2.0,
        title="Checkpoint every (min)",
        description="Minutes of work that a crash can lose at most",
        gt=0,
        le=24 * 60,
    )
    resume: bool = Field(
        True, title="Resume", description="Go on from an unfinished run of the same config"
    )
    promotion_margin: float = Field(
        0.02,
        title="Promotion margin (bits per note)",
        description="How much worse than the champion a model may be and still be promoted",
        ge=0,
        le=10,
    )
    min_test_songs: int = Field(
        5,
        title="Fewest test songs",
        description="With fewer, a model is not compared with the champion, which then stays",
        ge=1,
        le=1_000_000,
    )
    least_steps: int = Field(
        100,
        title="Least training (steps)",
        description="A model of fewer steps comes with a warning that its music may be noise",
        ge=0,
        le=1_000_000_000,
    )
    init_from: str | None = Field(
        None, title="Start from model", description="champion or a model id: a warm start"
    )


class PromoteConfig(StorageConfig):
    """A person makes a model champion, or takes the last promotion back."""

    model: str = Field(
        "latest",
        title="Model",
        description="latest, or a model id: the new champion of its corpus and scheme",
        min_length=1,
    )
    corpus: Annotated[str | None, NAME] = Field(
        None,
        title="Corpus",
        description="Corpus whose latest model or champion is meant; empty: to promote, that of "
        "the latest model; to roll back, that whose champion changed last",
        json_schema_extra=as_plain_input,
    )
    scheme: SchemeName | None = Field(
        None,
        title="Category scheme",
        description="Scheme that is meant; empty goes as for corpus",
        json_schema_extra=as_plain_input,
    )
    rollback: bool = Field(
        False, title="Roll back", description="Make the champion before this one champion again"
    )

    _empty_names = field_validator("corpus", "scheme", mode="before")(empty_as_none)

    @property
    def action(self) -> str:
        """What this asks for, in words: the name of its runs."""
        return "roll the champion back" if self.rollback else f"promote {self.model}"
