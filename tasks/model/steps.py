"""What is compiled: one training step, and the likelihoods of a batch."""

import math
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.config import TrainConfig
from tasks.model.executors import chosen, layer_of
from tasks.model.initialise import Weights
from tasks.model.lstm_xla import Tensor
from tasks.model.network import Network
from tasks.model.optimiser import adam, clipped

LEVELS = 256  # one random byte decides about one cell


class SeededDropout:
    """Dropout whose masks depend on (seed, step, place in the network) alone.

    A random word serves four cells; the rate is rounded to a multiple of 1/LEVELS.
    """

    def __init__(self, rate: float, seed: int, step: Tensor) -> None:
        self.dropped = round(rate * LEVELS)
        self.seed, self.step, self.calls = seed, step, 0

    def __call__(self, values: Tensor) -> Tensor:
        """Drop a share `rate` of the values and scale up the rest."""
        if not self.dropped:
            return values
        self.calls += 1
        seed = [self.seed + 7919 * self.calls, self.step]
        count = values.shape.num_elements()
        words = tf.random.stateless_uniform(
            [-(-count // 4)], seed, None, None, tf.uint32, alg="philox"
        )
        levels = tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:count]
        kept = tf.reshape(levels >= self.dropped, values.shape)
        return tf.where(kept, values * (LEVELS / (LEVELS - self.dropped)), 0.0)


class Likelihood:
    """Bits of batches of windows under fixed or changing weights, compiled once."""

    def __init__(self, network: Network, weights: dict[str, Any]) -> None:
        self.network, self.weights = network, weights

    @cached_property
    def _bits(self) -> Any:
        @tf.function(jit_compile=_compiled(self.network), autograph=False)
        def bits(ids: Tensor) -> Tensor:
            nats = self.network.nats(self.weights, ids)
            return tf.reduce_sum(nats, axis=[0, 1]) / math.log(2)

        return bits

    def bits(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Total bits [A] of the real notes in windows int32 [B, context + window, A]."""
        return np.asarray(self._bits(tf.constant(ids)), np.float64)


class TrainingStep:
    """Weights and Adam's moments as variables, and the compiled step that changes them."""

    def __init__(self, network: Network, config: TrainConfig, weights: Weights) -> None:
        self.network, self.config = network, config
        self.weights = {name: tf.Variable(value) for name, value in weights.items()}
        self.moments = {
            name: (tf.Variable(tf.zeros_like(value)), tf.Variable(tf.zeros_like(value)))
            for name, value in weights.items()
        }
        self.likelihood = Likelihood(network, self.weights)

    @cached_property
    def _step(self) -> Any:
        @tf.function(jit_compile=_compiled(self.network), autograph=False)
        def step(ids: Tensor, number: Tensor, rate: Tensor) -> Tensor:
            dropout = SeededDropout(self.config.dropout, self.config.seed, number)
            real = tf.reduce_sum(
                tf.cast(
                    ids[:, self.network.context :, 0] < self.network.vocabulary.sizes[0], tf.float32
                )
            )
            with tf.GradientTape() as tape:
                nats = self.network.nats(self.weights, ids, dropout)
                loss = tf.reduce_sum(nats) / tf.maximum(real, 1.0)
            gradients = tape.gradient(loss, list(self.weights.values()))
            gradients = clipped(gradients, self.config.clip_norm)
            named = dict(zip(self.weights, gradients, strict=True))
            adam(self.weights, self.moments, named, tf.cast(number + 1, tf.float32), rate)
            return loss / math.log(2)

        return step

    def __call__(self, ids: NDArray[np.int32], number: int, rate: float) -> Tensor:
        """Take step `number` (from 0) on ids int32 [B, context + window, A]: bits per note."""
        return self._step(
            tf.constant(ids), tf.constant(number, tf.int32), tf.constant(rate, tf.float32)
        )

    def set_moments(self, first: Weights, second: Weights) -> None:
        """Set Adam's moments, to go on from a checkpoint."""
        for name, moments in self.moments.items():
            moments[0].assign(first[name])
            moments[1].assign(second[name])

    def moment_values(self) -> tuple[Weights, Weights]:
        """Return copies of Adam's first and second moments."""
        first = {name: moments[0].numpy() for name, moments in self.moments.items()}
        second = {name: moments[1].numpy() for name, moments in self.moments.items()}
        return first, second

    def values(self) -> Weights:
        """Return a copy of the weights."""
        return {name: variable.numpy() for name, variable in self.weights.items()}


def _compiled(network: Network) -> bool:
    # cuDNN's kernel cannot be part of a compiled function.
    return network.layer is layer_of("xla") or chosen("auto") == "xla"
