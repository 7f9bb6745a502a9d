"""A training step shared by several GPUs, each with a copy of the weights.

Every batch is divided by windows. A replica divides its loss by the notes of the whole batch,
so the gradients' sum is that of one device; it is clipped after it is summed. Dropout masks
are cut out of the whole batch's. So a run's weights do not depend on how many GPUs it has,
but for rounding.
"""

import math
from functools import cached_property, partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from nocturne.schemas.config import TrainConfig
from nocturne.tasks.model.network.dropout import SeededDropout
from nocturne.tasks.model.network.encoder_decoder import Network
from nocturne.tasks.model.network.executors import chosen
from nocturne.tasks.model.network.initialise import Weights
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.training.loss_scale import LossScale
from nocturne.tasks.model.training.optimiser import adam_one, clipped, corrected
from nocturne.tasks.model.training.step import TrainingStep
from nocturne.tasks.model.training.windows import filled

SUM = tf.distribute.ReduceOp.SUM


def devices() -> list[str]:
    """Return the names of the GPUs that training may use."""
    return [device.name for device in tf.config.list_logical_devices("GPU")]


def training_step(
    network: Network, config: TrainConfig, weights: Weights, scale: LossScale
) -> TrainingStep:
    """Return the step: of all GPUs if there are several and cuDNN runs the layers, else of one."""
    names = devices() if chosen(config.executor) == "keras" else []
    if len(names) < 2:
        return TrainingStep(network, config, weights, scale)
    return ReplicatedStep(network, config, weights, scale, tf.distribute.MirroredStrategy(names))


class DividedDropout(SeededDropout):
    """The part of the whole batch's masks that is for one replica's windows."""

    def __init__(self, config: TrainConfig, step: Tensor, replica: Any) -> None:
        super().__init__(config.dropout, config.seed, step)
        self.batch, self.replica = config.batch, replica

    def kept(self, shape: list[int], batch_axis: int) -> Tensor:
        """Which cells of this replica's windows stay; what is beyond the batch does not matter."""
        here, whole = shape[batch_axis], list(shape)
        whole[batch_axis] = self.batch
        made_up, first = [[0, 0] for _ in shape], [tf.constant(0) for _ in shape]
        made_up[batch_axis][1] = self.replica.num_replicas_in_sync * here - self.batch
        first[batch_axis] = self.replica.replica_id_in_sync_group * here
        return tf.slice(tf.pad(super().kept(whole, batch_axis), made_up), first, shape)


class ReplicatedStep(TrainingStep):
    """A step of all replicas; weights and moments are mirrored variables."""

    def __init__(
        self,
        network: Network,
        config: TrainConfig,
        weights: Weights,
        scale: LossScale,
        strategy: tf.distribute.Strategy,
    ) -> None:
        self.strategy = strategy
        with strategy.scope():
            super().__init__(network, config, weights, scale)

    def placed(self, ids: NDArray[np.int32]) -> Tensor:
        """Each replica's windows of a batch; the last ones are made up with empty windows."""
        count = self.strategy.num_replicas_in_sync
        each = -(-len(ids) // count)
        whole = filled(ids, each * count, self.network.vocabulary.sizes)

        def own(context: Any) -> Tensor:
            return tf.constant(np.split(whole, count)[context.replica_id_in_sync_group])

        return self.strategy.experimental_distribute_values_from_function(own)

    @cached_property
    def _step(self) -> Any:
        @tf.function(autograph=False)
        def step(ids: Tensor, number: Tensor, rate: Tensor, factor: Tensor) -> tuple[Tensor, ...]:
            found = self.strategy.run(self._replica, (ids, number, factor))
            loss, finite = (self.strategy.experimental_local_results(v)[0] for v in found[:2])
            self.change(finite, partial(self._adam, found[2], number, rate))
            return loss / math.log(2), finite

        return step

    def _replica(self, ids: Tensor, number: Tensor, factor: Tensor) -> tuple[Any, ...]:
        """Return loss and clipped gradients of the whole batch, from this replica's windows."""
        replica = tf.distribute.get_replica_context()
        dropout = DividedDropout(self.config, number, replica)
        notes = replica.all_reduce(SUM, self.notes(ids))
        loss, gradients = self.gradients(ids, dropout, notes, factor)
        loss, *gradients = replica.all_reduce(SUM, [loss, *gradients])
        return loss, self.finite(gradients), clipped(gradients, self.config.clip_norm)

    def _adam(self, gradients: list[Any], number: Tensor, rate: Tensor) -> None:
        rate = corrected(rate, tf.cast(number + 1, tf.float32))
        for (name, weight), gradient in zip(self.weights.items(), gradients, strict=True):
            update = (*self.moments[name], gradient, rate)
            self.strategy.extended.update(weight, adam_one, update)
