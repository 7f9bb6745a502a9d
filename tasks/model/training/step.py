"""One training step, compiled."""

import math
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.tasks.model.network.dropout import SeededDropout
from nocturne.tasks.model.network.encoder_decoder import Network
from nocturne.tasks.model.network.executors import compiles
from nocturne.tasks.model.network.initialise import Weights
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.network.precision import all_finite
from nocturne.tasks.model.training.likelihood import Likelihood
from nocturne.tasks.model.training.loss_scale import LossScale
from nocturne.tasks.model.training.optimiser import adam, clipped


class TrainingStep:
    """Weights and Adam's moments as variables, and the compiled step that changes them.

    The config's precision must be decided, not auto. In mixed precision a step whose gradients
    overflow changes nothing but `scale`.
    """

    def __init__(
        self,
        network: Network,
        config: TrainConfig,
        weights: Weights,
        scale: LossScale | None = None,
    ) -> None:
        self.network, self.config, self.scale = network, config, scale or LossScale()
        self.mixed = config.precision == "mixed"
        self.weights = {name: tf.Variable(value) for name, value in weights.items()}
        self.moments = {
            name: (tf.Variable(tf.zeros_like(value)), tf.Variable(tf.zeros_like(value)))
            for name, value in weights.items()
        }
        self.likelihood = Likelihood(network, self.weights, compiles(config.executor))

    @cached_property
    def _step(self) -> Any:
        @tf.function(jit_compile=compiles(self.config.executor), autograph=False)
        def step(ids: Tensor, number: Tensor, rate: Tensor, factor: Tensor) -> tuple[Tensor, ...]:
            dropout = SeededDropout(self.config.dropout, self.config.seed, number)
            loss, gradients = self.gradients(ids, dropout, self.notes(ids), factor)
            finite = self.finite(gradients)
            self.change(finite, partial(self._adam, gradients, number, rate))
            return loss / math.log(2), finite

        return step

    def notes(self, ids: Tensor) -> Tensor:
        """Count the real notes of the windows: what the loss is divided by."""
        real = ids[:, self.network.context :, 0] < self.network.vocabulary.sizes[0]
        return tf.reduce_sum(tf.cast(real, tf.float32))

    def gradients(
        self, ids: Tensor, dropout: SeededDropout, notes: Tensor, factor: Tensor
    ) -> tuple[Tensor, list[Tensor]]:
        """Nats of these windows by `notes`, and gradients; `factor` is mixed precision's."""
        with tf.GradientTape() as tape:
            nats = self.network.nats(self.weights, ids, dropout)
            loss = tf.reduce_sum(nats) / tf.maximum(notes, 1.0)
            scaled = loss * factor if self.mixed else loss
        gradients = tape.gradient(scaled, list(self.weights.values()))
        return loss, [g / factor for g in gradients] if self.mixed else gradients

    def finite(self, gradients: list[Tensor]) -> Tensor:
        """Whether the gradients are fit for use; in float32 nobody asks."""
        return all_finite(gradients) if self.mixed else tf.constant(True)

    def change(self, finite: Tensor, update: Callable[[], None]) -> None:
        """Do the update if the gradients are finite."""
        if self.mixed:
            tf.cond(finite, update, lambda: None)
        else:
            update()

    def _adam(self, gradients: list[Tensor], number: Tensor, rate: Tensor) -> None:
        named = dict(zip(self.weights, clipped(gradients, self.config.clip_norm), strict=True))
        adam(self.weights, self.moments, named, tf.cast(number + 1, tf.float32), rate)

    def placed(self, ids: NDArray[np.int32]) -> Tensor:
        """Return a batch as the step takes it."""
        return tf.constant(ids)

    def __call__(self, ids: NDArray[np.int32], number: int, rate: float) -> float:
        """Take step `number` (from 0) on ids int32 [B, context + window, A]: bits per note."""
        loss, finite = self._step(
            self.placed(ids),
            tf.constant(number, tf.int32),
            tf.constant(rate, tf.float32),
            tf.constant(self.scale.factor, tf.float32),
        )
        if self.mixed:
            self.scale.learn(bool(finite))
        return float(loss)

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
