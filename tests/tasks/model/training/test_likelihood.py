"""Held-out bits against what they must be."""

import numpy as np
import pytest
import tensorflow as tf

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, network_of, tensors
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training import windows
from nocturne.tasks.model.training.likelihood import evaluate


def _model(shape: NetworkShape, vocabulary: Vocabulary, weights: Weights) -> Model:
    empty = np.zeros((0, shape.window, len(vocabulary.sizes)), np.int16)
    return Model(
        "m",
        shape,
        vocabulary,
        weights,
        empty,
        np.zeros(0, np.float32),
        np.zeros((0, 0), np.float32),
    )


def test_a_uniform_model_costs_the_logarithms_of_the_sizes(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, valid_songs: SplitIds
) -> None:
    weights = initial_weights(tiny_shape, tiny_vocabulary, 0)
    for name, value in weights.items():
        if name.endswith(("/out", "/out_bias")):
            value[...] = 0
    seen: list[tuple[float, float]] = []
    found = evaluate(
        _model(tiny_shape, tiny_vocabulary, weights),
        valid_songs,
        lambda now, total: seen.append((now, total)),
    )
    expected = dict(zip(tiny_vocabulary.names, np.log2(tiny_vocabulary.sizes), strict=True))
    assert found.by_attribute == pytest.approx(expected, rel=1e-5)
    assert found.bits_per_note == pytest.approx(sum(expected.values()), rel=1e-5)
    count = len(windows.whole_songs(valid_songs, tiny_shape.window))
    assert seen[-1] == (count, count)


def test_every_note_counts_once_whatever_the_batches(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds
) -> None:
    weights = initial_weights(tiny_shape, tiny_vocabulary, 1)
    found = evaluate(_model(tiny_shape, tiny_vocabulary, weights), train_songs)
    network, total = network_of(tiny_shape, tiny_vocabulary), 0.0
    places = windows.whole_songs(train_songs, tiny_shape.window)
    ids = windows.gather(
        train_songs, places, network.context, tiny_shape.window, tiny_vocabulary.sizes
    )
    total = float(tf.reduce_sum(network.nats(tensors(weights, tiny_vocabulary), tf.constant(ids))))
    assert found.bits_per_note == pytest.approx(total / np.log(2) / len(train_songs.ids), rel=1e-5)
