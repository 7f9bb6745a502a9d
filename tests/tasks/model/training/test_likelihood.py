"""Held-out bits against what they must be."""

import numpy as np
import pytest
import tensorflow as tf

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.evaluation.baselines.evaluate import _uniform_bits
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


def test_an_end_costs_what_a_softmax_with_the_end_id_costs(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> None:
    """Songs of every length about a window's: each end counts once, also after a full window."""
    random = np.random.default_rng(0)
    lengths = [*range(1, 20), 24]
    ids = random.integers(0, tiny_vocabulary.sizes, (sum(lengths), 4)).astype(np.int16)
    split = SplitIds(ids, np.cumsum([0, *lengths]))
    vocabulary = tiny_vocabulary.with_end()
    weights = initial_weights(tiny_shape, vocabulary, 1)
    found = evaluate(_model(tiny_shape, vocabulary, weights), split)
    network = network_of(tiny_shape, vocabulary)
    places = windows.whole_songs(split, tiny_shape.window, ends=True)
    whole = windows.gather(split, places, network.context, tiny_shape.window, network.sizes)
    inputs = network.read(tensors(weights, vocabulary), tf.constant(whole))
    logits = network.heads.logits(tensors(weights, vocabulary), 0, inputs, [])
    bits = -np.asarray(tf.nn.log_softmax(logits), np.float64) / np.log(2)
    interval = end = 0.0
    for window, costs in zip(whole, bits, strict=True):
        for w, cost in enumerate(costs):
            before, now = window[network.context + w - 1, 0] < 4, window[network.context + w, 0]
            going_on = -np.log2(1 - 2.0 ** -cost[4])
            if now < 4:
                interval += cost[now] - going_on
                end += going_on if before else 0.0  # a first note there always is
            elif before:
                end += cost[4]
    assert found.by_attribute["end"] == pytest.approx(end / len(ids), rel=1e-5)
    first = found.by_attribute["inter_onset_interval"]
    assert first == pytest.approx(interval / len(ids), rel=1e-5)
    assert found.bits_per_note == pytest.approx(sum(found.by_attribute.values()))
    assert found.note_bits == pytest.approx(found.bits_per_note - found.by_attribute["end"])


def test_equal_logits_with_an_end_cost_what_the_uniform_baseline_does(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, valid_songs: SplitIds
) -> None:
    vocabulary = tiny_vocabulary.with_end()
    weights = initial_weights(tiny_shape, vocabulary, 0)
    for name, value in weights.items():
        if name.endswith(("/out", "/out_bias")):
            value[...] = 0
    found = evaluate(_model(tiny_shape, vocabulary, weights), valid_songs)
    uniform = dict(zip(found.by_attribute, _uniform_bits(vocabulary, valid_songs), strict=True))
    assert found.by_attribute == pytest.approx(uniform, rel=1e-5)
