"""What matched memory makes of scores, against the formulas written out."""

from typing import Any

import numpy as np
import tensorflow as tf

from nocturne.tasks.model.network import matched_memory as memory
from nocturne.tasks.model.network.weights import SHARPNESS

LAGS = (0.3, 0.2, 0.1)  # of the three notes, as the test below weighs them
IDS = [[[0, 5], [1, 5], [1, 7]]]  # one song of three notes, two attributes


def _weights(**changes: Any) -> dict[str, Any]:
    weights = {
        "match": np.zeros((3, 16)),
        "distance": np.zeros(49),
        "lag": np.zeros(4),
        "agree/pitch": np.zeros(1),
        **changes,
    }
    return {f"memory/{name}": tf.constant(value, tf.float32) for name, value in weights.items()}


def _attend(weights: dict[str, Any], mask: list[bool], lengths: Any = 0) -> memory.MemoryAttention:
    match = np.zeros((1, 1, 3, 3), np.int32) + np.asarray(lengths, np.int32)
    distance, lag = tf.zeros([1, 1, 3], tf.int32), tf.constant([[3, 2, 1]])
    return memory.attend(
        weights, tf.constant(match), distance, lag, tf.constant([[mask]]), tf.constant(IDS)
    )


def _share(attention: memory.MemoryAttention) -> Any:
    weight = attention.weight.numpy()[0, 0]
    return weight / max(weight.sum(), 1e-9)


def test_a_score_is_the_sum_of_its_features() -> None:
    match = np.arange(48).reshape(3, 16) / 100
    weights = _weights(match=match, lag=[0, *LAGS[::-1]])
    lengths = [[1, 2, 3], [4, 5, 6], [7, 8, 15]]  # of each note, for each kind
    attention = _attend(weights, [True] * 3, lengths)
    scores = SHARPNESS * np.array(
        [match[[0, 1, 2], of_note].sum() + lag for of_note, lag in zip(lengths, LAGS, strict=True)]
    )
    np.testing.assert_allclose(_share(attention), np.exp(scores) / np.exp(scores).sum(), rtol=1e-4)


def test_a_masked_note_weighs_nothing() -> None:
    np.testing.assert_allclose(_share(_attend(_weights(), [True, False, True])), [0.5, 0, 0.5])
    nothing = _attend(_weights(), [False] * 3)
    assert nothing.weight.numpy().tolist() == [[[0, 0, 0]]]


def test_a_context_vector_is_a_mean_of_embeddings_and_nothing_without_notes() -> None:
    weight = tf.constant([[[1.0, 3.0], [0.0, 0.0]]])
    total = tf.matmul(weight, tf.constant([[[4.0, 0.0], [8.0, 4.0]]]))
    read = memory.context_vector(tf.constant([[2.0, 0.0], [0.0, 1.0]]), weight, total)
    assert read.numpy().tolist() == [[[14, 3], [0, 0]]]


def test_notes_that_agree_with_what_is_known_weigh_more() -> None:
    weights = _weights(**{"agree/pitch": [np.log(3) / SHARPNESS]})
    attention = _attend(weights, [True] * 3)
    known = memory.reweight_by_agreement(weights, "pitch", attention, [tf.constant([[1]])])
    np.testing.assert_allclose(known, [[[1, 3, 3]]], rtol=1e-5)


def test_weights_are_summed_by_id() -> None:
    weight = tf.constant([[[1.0, 2.0, 4.0], [8.0, 16.0, 0.0]]])
    found = memory.sum_by_id(weight, tf.constant([[1, 1, 3]]), 3)  # 3: no note
    assert found.numpy().tolist() == [[[0, 3, 4], [0, 24, 0]]]
