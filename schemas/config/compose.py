"""Configs of flows over several stages: they inherit the fields of all stages.

Forms and help show the last base's fields first, so the bases stand in reverse order of the stages.
"""

from nocturne.schemas.config.base import OtherConfig, Seeded
from nocturne.schemas.config.generate import SamplingConfig
from nocturne.schemas.config.ingest import IngestConfig
from nocturne.schemas.config.prepare import PrepareConfig
from nocturne.schemas.config.train import TrainConfig


class RetrainConfig(TrainConfig, PrepareConfig, IngestConfig):
    """The nightly run: ingest what is new in a source, prepare it and train a model on it."""


class ComposeConfig(SamplingConfig, RetrainConfig):
    """All four stages: from a source of MIDI files to new MIDI files."""

    def subset(self, stage: type[OtherConfig]) -> OtherConfig:
        """Return the fields that `stage` declares, as its own config.

        If the seed is empty, training uses the default seed, so that the same request finds its
        model again, and sampling draws a new one.
        """
        if self.seed is None and issubclass(stage, Seeded):
            return self.copy_with(seed=Seeded().seed).subset(stage)
        return super().subset(stage)
