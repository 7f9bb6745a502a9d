"""Dropout: the share it should drop, unbiased, and the same for the same step."""

import numpy as np
import tensorflow as tf

from nocturne.tasks.model.network.dropout import SeededDropout


def _dropped(rate: float, seed: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    dropout = SeededDropout(rate, seed, tf.constant(step))
    ones = tf.ones([101, 33])
    return dropout(ones, 0).numpy(), dropout(ones, 0).numpy()


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    first, second = _dropped(0.25, 1, 0)
    assert set(np.unique(first)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs((first == 0).mean() - 0.25) < 0.04  # five standard deviations of 3,333 draws
    assert abs(((first == 0) & (second == 0)).mean() - 0.0625) < 0.025  # places are independent


def test_dropout_follows_seed_and_step_alone() -> None:
    same, again = _dropped(0.1, 1, 5)[0], _dropped(0.1, 1, 5)[0]
    np.testing.assert_array_equal(same, again)
    assert (same != _dropped(0.1, 1, 6)[0]).any()
    assert (same != _dropped(0.1, 2, 5)[0]).any()
    assert (_dropped(0.0, 1, 5)[0] == 1).all()
