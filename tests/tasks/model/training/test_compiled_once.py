"""A night's retrain compiles one training step and one likelihood, whatever it measures."""

from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import network_of
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training.compiled_step import StepForm, compiled_step
from nocturne.tasks.model.training.likelihood import compiled_bits, evaluate
from nocturne.tasks.model.training.train import train


def model(shape: NetworkShape, vocabulary: Vocabulary, weights: Weights) -> Model:
    no_primers = np.zeros((0, shape.window, len(vocabulary.sizes)), np.int16)
    state = np.zeros(4 * shape.units, np.float32)
    return Model("m", shape, vocabulary, weights, no_primers, state, state[:0].reshape(0, 0))


def test_training_the_model_and_its_rival_share_the_compiled_functions(
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
    tmp_path: Path,
) -> None:
    steps, likelihoods = compiled_step.cache_info().misses, compiled_bits.cache_info().misses
    parts = (train_songs, valid_songs, tiny_vocabulary)
    for seed in (1, 2):  # with a validation at the end
        config = tiny_config.copy_with(max_steps=2, seed=seed, learning_rate=1e-3, clip_norm=0.5)
        result = train(*parts, config, tiny_shape, tmp_path / str(seed))
    ours = model(tiny_shape, tiny_vocabulary, result.weights)
    bits = [evaluate(ours, split).bits_per_note for split in (train_songs, valid_songs)]
    assert result.history[-1]["valid_bits"] == pytest.approx(bits[1], rel=1e-5)

    slower = {"inter_onset_interval": (0.0, 480.0, 960.0, 1920.0)}  # fitted on another day
    older = tiny_vocabulary.model_copy(update={"codebooks": slower})
    distances = np.linspace(-1, 1, len(result.weights["memory/distance"]), dtype=np.float32)
    weights = {name: result.weights[name] for name in reversed(result.weights)}
    weights |= {"memory/distance": distances}  # so that the intervals in ticks matter
    rival, same = model(tiny_shape, older, weights), model(tiny_shape, tiny_vocabulary, weights)
    rival_bits, same_bits = (evaluate(each, valid_songs).bits_per_note for each in (rival, same))
    assert len({bits[1], rival_bits, same_bits}) == 3

    assert compiled_step.cache_info().misses - steps <= 1  # 0 if a test before has compiled it
    assert compiled_bits.cache_info().misses - likelihoods <= 1
    network = network_of(tiny_shape, tiny_vocabulary)
    form = StepForm(network, tuple(result.weights), config.batch, config.dropout, False, True)
    assert compiled_step(form).experimental_get_tracing_count() == 1
    assert compiled_bits(network, True).experimental_get_tracing_count() == 1  # type: ignore[attr-defined]
