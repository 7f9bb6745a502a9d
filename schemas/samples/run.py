"""A generation run, as run.json holds it and as the generate flow returns it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.credentials import without_keys
from nocturne.schemas.samples.origin import Origin


class SampleRun(BaseModel):
    """The content of run.json, which fixes every byte of a run's MIDI. Its seed is never empty.

    A run is named by its first request; --more then adds samples under the same name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run_id: str
    model_id: str
    vocabulary_id: str
    program: int = Field(ge=0, le=127)
    config: GenerateConfig
    origin: Origin = Field(Origin(), description="What the MIDI files say of the model")
    drawn_seed: bool = Field(False, description="Whether the request left the seed empty")
    first_samples: int | None = Field(
        None, description="Samples of the request that named the run, if it was extended"
    )
    extends: int | None = Field(None, description="Samples before the last extension")
    page_bytes: dict[str, int] = Field(
        {}, description="Size of every page and of notes.parquet, by file"
    )

    _no_keys = field_validator("config", mode="before")(without_keys)

    @property
    def seed(self) -> int:
        """The seed, which may have been drawn; ValueError if there is none."""
        if self.config.seed is None:
            raise ValueError(f"run {self.run_id} has no seed")
        return self.config.seed

    def with_samples(self, samples: int, **changes: Any) -> "SampleRun":
        """Return the same run with another number of samples, under the same name."""
        first = self.first_samples or self.config.samples
        config = self.config.copy_with(samples=samples)
        return self.model_copy(update={"config": config, "first_samples": first, **changes})


class GeneratedRun(BaseModel):
    """A published run, as the generate flow returns it."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    run_id: str
    model_id: str
    samples: int
    seed: int = Field(description="Seed of the samples: the same seed makes the same samples")
    folder: str = Field(description="Folder with the MIDI files")
    gallery: str = Field(description="Page to open in a browser")
    manifest: str = Field(description="Parquet table with one row per MIDI file")
    reused: bool = Field(description="Whether an identical run had been done before")
    caution: str = Field("", description="Why the music may be noise; empty for a sound model")
