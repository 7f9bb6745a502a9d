"""Configs of flows over several stages: they inherit every field.

The last base's fields come first in forms and in help, so the bases stand last stage first.
"""

from nocturne.schemas.config.base import OtherConfig, Seeded
from nocturne.schemas.config.generate import SamplingConfig
from nocturne.schemas.config.ingest import IngestConfig
from nocturne.schemas.config.prepare import PrepareConfig
from nocturne.schemas.config.train import TrainConfig


class RetrainConfig(TrainConfig, PrepareConfig, IngestConfig):
    """What is new in a source, and a model that has learned from it: the nightly run."""


class ComposeConfig(SamplingConfig, RetrainConfig):
    """All four stages: a source of MIDI in, new MIDI out."""

    def subset(self, stage: type[OtherConfig]) -> OtherConfig:
        """Return the fields that `stage` declares, as its own config.

        An empty seed draws new music but trains from the default one: the model stays the same.
        """
        if self.seed is None and issubclass(stage, Seeded):
            return self.copy_with(seed=Seeded().seed).subset(stage)
        return super().subset(stage)
