"""Configs of flows over several stages: they inherit the fields of all stages.

Forms and help show the last base's fields first, so the bases stand in reverse order of the stages.
"""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import OtherConfig, Seeded
from nocturne.schemas.config.changes import BY_CONTENT
from nocturne.schemas.config.ingest import IngestConfig
from nocturne.schemas.config.prepare import PrepareConfig
from nocturne.schemas.config.sampling import SamplingConfig
from nocturne.schemas.config.train import TrainConfig


class StagesConfig(TrainConfig, PrepareConfig, IngestConfig):
    """Ingest a source, prepare it and train a model on it."""


class RetrainConfig(StagesConfig):
    """The nightly run: ingest what is new in a source, prepare it and train a model on it."""

    news_share: Annotated[float, BY_CONTENT] = Field(
        0.5,
        title="Share of new songs",
        description="A training that starts from the champion draws this share of each batch from "
        "the songs that the champion has not learned",
        gt=0,
        lt=1,
    )
    news_passes: Annotated[float, BY_CONTENT] = Field(
        8.0,
        title="Passes over new songs",
        description="A training that starts from the champion ends after the new songs were seen "
        "this many times, unless no better validation loss ends it before",
        gt=0,
        le=100_000,
    )


# pydantic's mypy plugin numbers the constructors of several bases; equal numbers clash.
class ComposeConfig(SamplingConfig, StagesConfig):  # type: ignore[misc]
    """All four stages: from a source of MIDI files to new MIDI files."""

    def subset(self, stage: type[OtherConfig]) -> OtherConfig:
        """Return the fields that `stage` declares, as its own config.

        If the seed is empty, training uses the default seed, so that the same request finds its
        model again, and sampling draws a new one.
        """
        if self.seed is None and issubclass(stage, Seeded):
            return self.copy_with(seed=Seeded().seed).subset(stage)
        return super().subset(stage)
