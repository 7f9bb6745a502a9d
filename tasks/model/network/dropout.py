"""Dropout whose masks are the same whenever a step is repeated or resumed."""

import math

from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf

LEVELS = 256  # one random byte decides about one cell


class SeededDropout:
    """Dropout whose masks follow from (seed, step, number of the call) alone.

    A random word serves four cells; the rate is rounded to a multiple of 1/LEVELS.
    """

    def __init__(self, rate: float, seed: int | Tensor, step: Tensor) -> None:
        self.dropped = round(rate * LEVELS)
        self.seed, self.step, self.calls = seed, step, 0

    def __call__(self, values: Tensor, batch_axis: int) -> Tensor:
        """Drop a share `rate` of the values and scale up the rest."""
        if not self.dropped:
            return values
        self.calls += 1
        kept = self.kept(list(values.shape), batch_axis)
        return tf.where(kept, values * (LEVELS / (LEVELS - self.dropped)), 0.0)

    def kept(self, shape: list[int], _: int) -> Tensor:
        """Return which cells stay, bool of this shape: another mask for every call."""
        count = math.prod(shape)
        seed = [self.seed + 7919 * self.calls, self.step]
        words = tf.random.stateless_uniform(
            [-(-count // 4)], seed, None, None, tf.uint32, alg="philox"
        )
        levels = tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:count]
        return tf.reshape(levels >= self.dropped, shape)
