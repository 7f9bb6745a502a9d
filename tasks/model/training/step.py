"""A training step: a run's weights and moments, and the compiled step that changes them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.tasks.model.network.executors import compiles
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training.compiled_step import (
    StepForm,
    StepNumbers,
    Variables,
    compiled_step,
)
from nocturne.tasks.model.training.optimiser import LossScale


class TrainingStep:
    """One run's weights and moments as variables, and the step that changes them.

    `tables` are the network's, see network.tables. The config's precision must be resolved, not
    auto. In mixed precision a step whose gradients overflow changes nothing but `scale`.
    """

    def __init__(
        self,
        network: Network,
        config: TrainConfig,
        weights: Weights,
        tables: Tensors,
        scale: LossScale | None = None,
    ) -> None:
        self.network, self.config, self.tables = network, config, tables
        self.scale = scale or LossScale()
        mixed, xla = config.precision == "mixed", compiles(config.executor)
        self.form = StepForm(network, tuple(weights), config.batch, config.dropout, mixed, xla)
        self.variables = Variables(
            [tf.Variable(value) for value in weights.values()],
            [tf.Variable(tf.zeros_like(value)) for value in weights.values()],
            [tf.Variable(tf.zeros_like(value)) for value in weights.values()],
        )
        self._concrete: Any = None  # the step of this form, looked up at the first call

    def __call__(self, ids: NDArray[np.int32], number: int, rate: float) -> float:
        """Take step `number` (from 0) on ids int32 [B, context + window, A]: bits per note."""
        numbers = StepNumbers(
            tf.constant(number, tf.int32),
            tf.constant(rate, tf.float32),
            tf.constant(self.scale.factor, tf.float32),
            tf.constant(self.config.seed, tf.int32),
            tf.constant(self.config.clip_norm, tf.float32),
        )
        loss, finite = self._step(self.placed(ids), numbers)
        if self.form.mixed:
            self.scale.update(bool(finite))
        return float(loss)

    def placed(self, ids: NDArray[np.int32]) -> Tensor:
        """Return a batch as the compiled step takes it."""
        return tf.constant(ids)

    def _step(self, ids: Tensor, numbers: StepNumbers) -> tuple[Tensor, Tensor]:
        arguments = (self.variables, self.tables, ids, numbers)
        if self._concrete is None:
            self._concrete = compiled_step(self.form).get_concrete_function(*arguments)
        loss, finite = self._concrete(*arguments)
        return loss, finite

    def set_moments(self, first: Weights, second: Weights) -> None:
        """Set Adam's moments, to go on from a checkpoint."""
        for index, name in enumerate(self.form.names):
            self.variables.first[index].assign(first[name])
            self.variables.second[index].assign(second[name])

    def moment_values(self) -> tuple[Weights, Weights]:
        """Return copies of Adam's first and second moments."""
        return self._copies(self.variables.first), self._copies(self.variables.second)

    def values(self) -> Weights:
        """Return copies of the weights."""
        return self._copies(self.variables.weights)

    def tensors(self) -> dict[str, Tensor]:
        """Return the weights and tables as tensors."""
        weights = map(tf.convert_to_tensor, self.variables.weights)
        return {**dict(zip(self.form.names, weights, strict=True)), **self.tables}

    def _copies(self, variables: list[Any]) -> Weights:
        return {name: v.numpy() for name, v in zip(self.form.names, variables, strict=True)}
