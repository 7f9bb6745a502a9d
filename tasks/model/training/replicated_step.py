"""A training step shared by several GPUs, each with a copy of the weights.

Every batch is divided by windows. A replica divides its loss by the notes of the whole batch,
so the sum of the gradients is that of one device; the sum is clipped. Dropout masks are cut out
of the whole batch's. So a run's weights depend on the number of GPUs by rounding alone.
"""

import math
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.tasks.model.network.dropout import SeededDropout
from nocturne.tasks.model.network.executors import resolve_executor
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training.compiled_step import (
    StepForm,
    StepNumbers,
    are_finite,
    loss_and_gradients,
    real_notes,
    update_if,
)
from nocturne.tasks.model.training.optimiser import LossScale, adam_one, clipped, corrected
from nocturne.tasks.model.training.step import TrainingStep
from nocturne.tasks.model.training.windows import filled

SUM = tf.distribute.ReduceOp.SUM


def devices() -> list[str]:
    """Return the names of the GPUs that training may use."""
    return [device.name for device in tf.config.list_logical_devices("GPU")]


def training_step(
    network: Network, config: TrainConfig, weights: Weights, tables: Tensors, scale: LossScale
) -> TrainingStep:
    """Return the step: of all GPUs if there are several and cuDNN runs the layers, else of one."""
    names = devices() if resolve_executor(config.executor) == "keras" else []
    if len(names) < 2:
        return TrainingStep(network, config, weights, tables, scale)
    strategy = tf.distribute.MirroredStrategy(names)
    return ReplicatedStep(network, config, weights, tables, scale, strategy)


class DividedDropout(SeededDropout):
    """The part of the whole batch's masks that one replica's windows take."""

    def __init__(self, form: StepForm, numbers: StepNumbers, replica: Any) -> None:
        super().__init__(form.dropout, numbers.seed, numbers.step)
        self.batch, self.replica = form.batch, replica

    def kept(self, shape: list[int], batch_axis: int) -> Tensor:
        """Return which cells of this replica's windows stay; filled-up windows do not matter."""
        windows, whole = shape[batch_axis], list(shape)
        whole[batch_axis] = self.batch
        padding, first = [[0, 0] for _ in shape], [tf.constant(0) for _ in shape]
        padding[batch_axis][1] = self.replica.num_replicas_in_sync * windows - self.batch
        first[batch_axis] = self.replica.replica_id_in_sync_group * windows
        return tf.slice(tf.pad(super().kept(whole, batch_axis), padding), first, shape)


class ReplicatedStep(TrainingStep):
    """A step of all replicas; weights and moments are mirrored variables.

    It is compiled for each run: a compiled function takes no mirrored variables as arguments.
    """

    def __init__(
        self,
        network: Network,
        config: TrainConfig,
        weights: Weights,
        tables: Tensors,
        scale: LossScale,
        strategy: tf.distribute.Strategy,
    ) -> None:
        self.strategy = strategy
        with strategy.scope():
            super().__init__(network, config, weights, tables, scale)

    def placed(self, ids: NDArray[np.int32]) -> Tensor:
        """Return each replica's windows of a batch; empty windows fill the last replica's up."""
        count = self.strategy.num_replicas_in_sync
        each = -(-len(ids) // count)
        whole = filled(ids, each * count, self.network.sizes)

        def part(context: Any) -> Tensor:
            return tf.constant(np.split(whole, count)[context.replica_id_in_sync_group])

        return self.strategy.experimental_distribute_values_from_function(part)

    def _step(self, ids: Tensor, numbers: StepNumbers) -> tuple[Tensor, Tensor]:
        loss, finite = self._compiled(ids, numbers)
        return loss, finite

    @cached_property
    def _compiled(self) -> Any:
        @tf.function(autograph=False)
        def step(ids: Tensor, numbers: StepNumbers) -> tuple[Tensor, Tensor]:
            results = self.strategy.run(self._replica, (ids, numbers))
            loss, finite = (self.strategy.experimental_local_results(v)[0] for v in results[:2])
            update_if(self.form, finite, lambda: self._adam(results[2], numbers))
            return loss / math.log(2), finite

        return step

    def _replica(self, ids: Tensor, numbers: StepNumbers) -> tuple[Any, ...]:
        """Return loss and clipped gradients of the whole batch, from this replica's windows."""
        replica = tf.distribute.get_replica_context()
        weights = dict(zip(self.form.names, self.variables.weights, strict=True))
        dropout = DividedDropout(self.form, numbers, replica)
        notes = replica.all_reduce(SUM, real_notes(self.network, ids))
        loss, gradients = loss_and_gradients(
            self.form, weights, self.tables, ids, dropout, notes, numbers.loss_factor
        )
        loss, *gradients = replica.all_reduce(SUM, [loss, *gradients])
        return loss, are_finite(self.form, gradients), clipped(gradients, numbers.clip_norm)

    def _adam(self, gradients: list[Any], numbers: StepNumbers) -> None:
        rate = corrected(numbers.rate, tf.cast(numbers.step + 1, tf.float32))
        for weight, first, second, gradient in zip(*self.variables, gradients, strict=True):
            self.strategy.extended.update(weight, adam_one, (first, second, gradient, rate))
