"""The loss scale: halved by an overflow, doubled when it has held."""

from nocturne.tasks.model.training.loss_scale import STEADY_STEPS, LossScale


def test_an_overflow_halves_the_factor_and_steady_steps_double_it() -> None:
    scale = LossScale(8.0)
    for _ in range(STEADY_STEPS - 1):
        scale.learn(True)
    assert scale == LossScale(8.0, STEADY_STEPS - 1)
    scale.learn(True)
    assert scale == LossScale(16.0, 0)
    scale.learn(True)
    scale.learn(False)
    assert scale == LossScale(8.0, 0)


def test_the_factor_never_makes_the_loss_smaller() -> None:
    scale = LossScale(1.0)
    scale.learn(False)
    assert scale == LossScale(1.0, 0)
