"""Adam against Keras's, clipping, what the learning rate follows, and the loss scale."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nocturne.tasks.model.training.optimiser import (
    LAST_SHARE,
    STEADY_STEPS,
    WARM_UP_STEPS,
    LossScale,
    Schedule,
    adam,
    clipped,
)


def test_adam_takes_the_steps_of_keras_adam() -> None:
    ours = tf.Variable([1.0, -2.0, 3.0])
    theirs = keras.Variable(np.array([1.0, -2.0, 3.0], np.float32))
    moments = [tf.Variable(tf.zeros(3))], [tf.Variable(tf.zeros(3))]
    optimiser = keras.optimizers.Adam(0.1, epsilon=1e-8)
    for number, gradient in enumerate([[0.5, 0.1, -1.0], [0.0, 0.2, -1.0], [3.0, -0.1, 1.0]]):
        value = tf.constant(gradient)
        adam([ours], *moments, [value], tf.constant(number + 1.0), tf.constant(0.1))
        optimiser.apply([value], [theirs])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-5)


@pytest.mark.parametrize(("largest", "scale"), [(1.0, 0.2), (10.0, 1.0)])
def test_clipping_scales_all_gradients_by_their_joint_norm(largest: float, scale: float) -> None:
    gradients = [tf.constant([3.0, 0.0]), tf.constant([[4.0]])]
    first, second = clipped(gradients, largest)
    np.testing.assert_allclose(first, [3 * scale, 0], rtol=1e-5)
    np.testing.assert_allclose(second, [[4 * scale]], rtol=1e-5)


def test_a_run_with_time_enough_follows_its_steps_and_not_the_clock() -> None:
    schedule = Schedule(peak=1.0, steps=10_000, seconds=1000.0)
    schedule.decide(0.05)
    assert schedule.by_clock is False
    assert schedule.rate(0, 0.0) == pytest.approx(1 / WARM_UP_STEPS)
    assert schedule.rate(5000, 0.0) == schedule.rate(5000, 999.0)
    assert schedule.rate(5000, 0.0) == pytest.approx((1 + LAST_SHARE) / 2)
    assert schedule.rate(10_000, 0.0) == pytest.approx(LAST_SHARE)


def test_a_run_without_time_enough_comes_down_when_the_time_is_up() -> None:
    schedule = Schedule(peak=1.0, steps=10_000, seconds=1000.0)
    schedule.decide(0.5)
    schedule.decide(0.001)  # decided once
    assert schedule.by_clock is True
    assert schedule.rate(1000, 500.0) == pytest.approx((1 + LAST_SHARE) / 2)
    assert schedule.rate(2000, 1000.0) == pytest.approx(LAST_SHARE)


def test_an_overflow_halves_the_factor_and_steady_steps_double_it() -> None:
    scale = LossScale(8.0)
    for _ in range(STEADY_STEPS - 1):
        scale.update(True)
    assert scale == LossScale(8.0, STEADY_STEPS - 1)
    scale.update(True)
    assert scale == LossScale(16.0, 0)
    scale.update(True)
    scale.update(False)
    assert scale == LossScale(8.0, 0)


def test_the_factor_never_makes_the_loss_smaller() -> None:
    scale = LossScale(1.0)
    scale.update(False)
    assert scale == LossScale(1.0, 0)
