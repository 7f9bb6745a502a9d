"""Adam with a clipped global norm, and the schedule of its rate."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import tensorflow as tf

from nocturne.tasks.model.network.lstm_xla import Tensor

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma and Ba (2015)
WARM_UP_STEPS = 100
LAST_SHARE = 0.03  # of the peak rate, when the plan is done
PROBE_STEPS = 20  # steps timed before deciding whether time or epochs end the run


def clipped(gradients: list[Tensor], largest: float) -> list[Tensor]:
    """Scale all gradients so that their joint norm is at most `largest` (Pascanu et al., 2013)."""
    norm = tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(g)) for g in gradients]))
    scale = tf.minimum(1.0, largest / (norm + 1e-6))
    return [g * scale for g in gradients]


def adam(
    weights: Mapping[str, Tensor],
    moments: Mapping[str, tuple[Tensor, Tensor]],
    gradients: Mapping[str, Tensor],
    step: Tensor,
    rate: Tensor,
) -> None:
    """One step on variables; `step` (float32) counts from 1."""
    rate = corrected(rate, step)
    for name, weight in weights.items():
        adam_one(weight, *moments[name], gradients[name], rate)


def corrected(rate: Tensor, step: Tensor) -> Tensor:
    """Return the rate that makes up for moments which began at zero."""
    return rate * tf.sqrt(1 - tf.pow(BETA_2, step)) / (1 - tf.pow(BETA_1, step))


def adam_one(weight: Tensor, first: Tensor, second: Tensor, gradient: Tensor, rate: Tensor) -> None:
    """One step on one weight and its moments, at a corrected rate."""
    first.assign(BETA_1 * first + (1 - BETA_1) * gradient)
    second.assign(BETA_2 * second + (1 - BETA_2) * tf.square(gradient))
    weight.assign_sub(rate * first / (tf.sqrt(second) + EPSILON))


@dataclass
class Schedule:
    """The rate's course: a short warm-up, then a cosine from the peak to LAST_SHARE of it.

    What the cosine follows is decided once, after PROBE_STEPS timed steps. If the planned steps
    fit into the time allowed, it follows the steps, and the run does not depend on the clock.
    If not, it follows the clock, so that the rate has come down when the time is up; two such
    runs differ as their speeds do.
    """

    peak: float
    steps: int
    seconds: float
    by_clock: bool | None = None  # None: not decided yet

    def decide(self, seconds_per_step: float) -> None:
        """Decide what to follow, once."""
        if self.by_clock is None:
            self.by_clock = seconds_per_step * self.steps > self.seconds

    def done(self, step: int, seconds: float) -> float:
        """Share of the plan that is done, 0..1."""
        share = seconds / self.seconds if self.by_clock else step / self.steps
        return min(1.0, share)

    def rate(self, step: int, seconds: float) -> float:
        """Learning rate of the step with this number, counted from 0."""
        cosine = (1 + math.cos(math.pi * self.done(step, seconds))) / 2
        warm = min(1.0, (step + 1) / min(WARM_UP_STEPS, max(1, self.steps // 10)))
        return self.peak * warm * (LAST_SHARE + (1 - LAST_SHARE) * cosine)
