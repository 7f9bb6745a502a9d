"""Configs of flows over several stages: they inherit every field."""

from schemas.config.generate import SamplingConfig
from schemas.config.ingest import IngestConfig
from schemas.config.prepare import PrepareConfig
from schemas.config.train import TrainConfig


class RetrainConfig(IngestConfig, PrepareConfig, TrainConfig):
    """What is new in a source, and a model that has learned from it: the nightly run."""


class ComposeConfig(RetrainConfig, SamplingConfig):
    """All four stages: a source of MIDI in, new MIDI out."""
