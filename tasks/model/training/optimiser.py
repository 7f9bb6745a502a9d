"""Adam with a clipped global norm, the schedule of its rate, and the scale of the loss."""

import math
from dataclasses import dataclass

from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma and Ba (2015)
WARM_UP_STEPS = 100
LAST_SHARE = 0.03  # of the peak rate, at the end of the run
PROBE_STEPS = 20  # steps timed before deciding whether time or epochs end the run
STEADY_STEPS = 2000  # steps without an overflow after which a larger loss scale is tried


def clipped(gradients: list[Tensor], largest: float | Tensor) -> list[Tensor]:
    """Scale all gradients so that their joint norm is at most `largest` (Pascanu et al., 2013)."""
    norm = tf.sqrt(tf.add_n([tf.reduce_sum(tf.square(g)) for g in gradients]))
    scale = tf.minimum(1.0, largest / (norm + 1e-6))
    return [g * scale for g in gradients]


def adam(
    weights: list[Tensor],
    first: list[Tensor],
    second: list[Tensor],
    gradients: list[Tensor],
    step: Tensor,
    rate: Tensor,
) -> None:
    """Take one step on weights and their first and second moments; `step` counts from 1."""
    rate = corrected(rate, step)
    for weight in zip(weights, first, second, gradients, strict=True):
        adam_one(*weight, rate)


def corrected(rate: Tensor, step: Tensor) -> Tensor:
    """Return the rate corrected for moments that began at zero (Kingma and Ba, 2015, section 2)."""
    return rate * tf.sqrt(1 - tf.pow(BETA_2, step)) / (1 - tf.pow(BETA_1, step))


def adam_one(weight: Tensor, first: Tensor, second: Tensor, gradient: Tensor, rate: Tensor) -> None:
    """Take one step on one weight and its moments, at a corrected rate."""
    first.assign(BETA_1 * first + (1 - BETA_1) * gradient)
    second.assign(BETA_2 * second + (1 - BETA_2) * tf.square(gradient))
    weight.assign_sub(rate * first / (tf.sqrt(second) + EPSILON))


@dataclass
class Schedule:
    """The rate's course: a short warm-up, then a cosine from the peak to LAST_SHARE of it.

    What the cosine follows is decided once, after PROBE_STEPS timed steps. If the planned steps
    fit into the time allowed, it follows the steps, and the run does not depend on the clock.
    If not, it follows the clock, so that the rate is lowest when the time is up; two such runs
    differ with the speed of their machines.
    """

    peak: float
    steps: int
    seconds: float
    by_clock: bool | None = None  # None: not decided yet

    def decide(self, seconds_per_step: float) -> None:
        """Decide, at the first call alone, whether the rate follows the steps or the clock."""
        if self.by_clock is None:
            self.by_clock = seconds_per_step * self.steps > self.seconds

    def done(self, step: int, seconds: float) -> float:
        """Return how much of the run is done, 0..1."""
        share = seconds / self.seconds if self.by_clock else step / self.steps
        return min(1.0, share)

    def rate(self, step: int, seconds: float) -> float:
        """Return the learning rate of the step with this number, counted from 0."""
        cosine = (1 + math.cos(math.pi * self.done(step, seconds))) / 2
        warm = min(1.0, (step + 1) / min(WARM_UP_STEPS, max(1, self.steps // 10)))
        return self.peak * warm * (LAST_SHARE + (1 - LAST_SHARE) * cosine)


@dataclass
class LossScale:
    """The factor that keeps small gradients above float16's smallest number.

    The loss is multiplied by it (Micikevicius et al., 2018, section 3.2). A step whose gradients
    overflow is left out and halves the factor. `steady` counts the steps since the factor last
    changed; both are part of a checkpoint.
    """

    factor: float = 2.0**15
    steady: int = 0

    def update(self, finite: bool) -> None:
        """Adjust the factor after a step, by whether its gradients were finite."""
        self.steady = self.steady + 1 if finite else 0
        if not finite:
            self.factor = max(1.0, self.factor / 2)
        elif self.steady == STEADY_STEPS:
            self.factor, self.steady = self.factor * 2, 0
