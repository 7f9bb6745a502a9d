"""Batches: fixed by (seed, step), and every window of an epoch once."""

import numpy as np

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.encoder_decoder import Network
from nocturne.tasks.model.training.batches import Batches


def test_a_batch_follows_from_seed_and_step_whatever_came_before(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds
) -> None:
    network, config = Network(tiny_shape, tiny_vocabulary), TrainConfig(batch=8, seed=3)
    batches = Batches(network, config, train_songs)
    drawn = [batches.at(step) for step in range(batches.per_epoch + 2)]
    assert {batch.shape for batch in drawn} == {(8, network.context + tiny_shape.window, 4)}
    fresh = Batches(network, config, train_songs)
    for step in (batches.per_epoch + 1, 0, 5):
        np.testing.assert_array_equal(fresh.at(step), drawn[step])
    assert (drawn[0] != drawn[1]).any()
    other = Batches(network, config.copy_with(seed=4), train_songs)
    assert (other.at(0) != drawn[0]).any()


def test_an_epoch_has_about_as_many_steps_as_its_windows_fill(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds
) -> None:
    batches = Batches(Network(tiny_shape, tiny_vocabulary), TrainConfig(batch=8), train_songs)
    found = []
    for epoch in range(40):
        batches.at(epoch * batches.per_epoch)
        found.append(len(batches.epoch) / 8)
    assert abs(float(np.mean(found)) - batches.per_epoch) < 0.75
