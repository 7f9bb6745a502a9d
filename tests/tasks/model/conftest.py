"""A tiny network and songs that repeat themselves, for the tests of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Attribute, SplitIds, Vocabulary

if TYPE_CHECKING:
    from nocturne.tasks.model.training.train import TrainingResult

SIZES = {"inter_onset_interval": 4, "pitch": 12, "duration": 3, "velocity": 2}


@pytest.fixture(scope="session")
def tiny_vocabulary() -> Vocabulary:
    """A factored vocabulary whose intervals are 0, half a quarter, a quarter and two."""
    return Vocabulary(
        scheme="factored",
        attributes=tuple(Attribute(name=name, size=size) for name, size in SIZES.items()),
        codebooks={"inter_onset_interval": (0.0, 240.0, 480.0, 960.0)},
        fitted_on="test",
    )


@pytest.fixture(scope="session")
def tiny_shape() -> NetworkShape:
    """A network with matched memory that reaches further back than its window."""
    return NetworkShape(units=8, window=8, embedding=16, head=8, memory_notes=12)


@pytest.fixture(scope="session")
def tiny_config() -> TrainConfig:
    """A training of few steps."""
    return TrainConfig(batch=8, max_steps=30, learning_rate=1e-2)


def songs(count: int, seed: int) -> SplitIds:
    """Songs of 10 to 50 notes, each a phrase of 5 notes over and over, with some notes changed."""
    random = np.random.default_rng(seed)
    sizes = np.array(list(SIZES.values()))
    made = []
    for _ in range(count):
        phrase = random.integers(0, sizes, (5, len(sizes)))
        song = np.tile(phrase, (10, 1))[: random.integers(10, 51)]
        changed = random.random(len(song)) < 0.1
        song[changed] = random.integers(0, sizes, (int(changed.sum()), len(sizes)))
        made.append(song.astype(np.int16))
    offsets = np.concatenate([[0], np.cumsum([len(song) for song in made])]).astype(np.int64)
    return SplitIds(np.concatenate(made), offsets)


@pytest.fixture(scope="session")
def train_songs() -> SplitIds:
    """Songs to train on."""
    return songs(24, 1)


@pytest.fixture(scope="session")
def valid_songs() -> SplitIds:
    """Songs held out."""
    return songs(6, 2)


@pytest.fixture(scope="session")
def unbroken(
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> TrainingResult:
    """A training from beginning to end."""
    from nocturne.tasks.model.training.train import train

    folder = tmp_path_factory.mktemp("unbroken")
    return train(train_songs, valid_songs, tiny_vocabulary, tiny_config, tiny_shape, folder)
