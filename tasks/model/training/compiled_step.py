"""The computation of one training step, compiled once for all runs of its form."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from nocturne.tasks.model.network.dropout import SeededDropout
from nocturne.tasks.model.network.network import Network
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.precision import all_finite
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.training.optimiser import adam, clipped

MOST_FORMS = 8  # of steps, whose compiled function a process keeps


class StepForm(NamedTuple):
    """All that fixes the compiled step; everything else is one of its arguments."""

    network: Network
    names: tuple[str, ...]  # of the weights, in the order in which their gradients are summed
    batch: int
    dropout: float
    mixed: bool
    xla: bool


class StepNumbers(NamedTuple):
    """The scalars of one step, as tensors."""

    step: Tensor  # int32, counted from 0
    rate: Tensor  # of learning
    loss_factor: Tensor  # of mixed precision
    seed: Tensor  # int32, of the dropout
    clip_norm: Tensor


class Variables(NamedTuple):
    """Weights and Adam's moments, tf.Variable each, in the order of StepForm.names."""

    weights: list[Any]
    first: list[Any]
    second: list[Any]


@lru_cache(MOST_FORMS)
def compiled_step(form: StepForm) -> Any:
    """Return the compiled function of a step.

    It takes Variables, which it changes, the network's tables, ids int32 [batch, context + window,
    A] and StepNumbers. It returns the loss in bits per note and whether the gradients are finite.
    """

    @tf.function(jit_compile=form.xla, autograph=False)
    def step(
        variables: Variables, tables: Tensors, ids: Tensor, numbers: StepNumbers
    ) -> tuple[Tensor, Tensor]:
        weights = dict(zip(form.names, variables.weights, strict=True))
        dropout = SeededDropout(form.dropout, numbers.seed, numbers.step)
        notes = real_notes(form.network, ids)
        loss, gradients = loss_and_gradients(
            form, weights, tables, ids, dropout, notes, numbers.loss_factor
        )
        finite = are_finite(form, gradients)

        def update() -> None:
            scaled = clipped(gradients, numbers.clip_norm)
            adam(*variables, scaled, tf.cast(numbers.step + 1, tf.float32), numbers.rate)

        update_if(form, finite, update)
        return loss / math.log(2), finite

    return step


def real_notes(network: Network, ids: Tensor) -> Tensor:
    """Return the number of real notes in the windows, by which the loss is divided."""
    real = ids[:, network.context :, 0] < network.sizes[0]
    return tf.reduce_sum(tf.cast(real, tf.float32))


def loss_and_gradients(
    form: StepForm,
    weights: Tensors,
    tables: Tensors,
    ids: Tensor,
    dropout: SeededDropout,
    notes: Tensor,
    factor: Tensor,
) -> tuple[Tensor, list[Tensor]]:
    """Return the nats of these windows divided by `notes`, and the gradients of the weights.

    In mixed precision the loss is multiplied by `factor`, and the gradients divided by it.
    """
    with tf.GradientTape() as tape:
        nats = form.network.nats({**weights, **tables}, ids, dropout)
        loss = tf.reduce_sum(nats) / tf.maximum(notes, 1.0)
        scaled = loss * factor if form.mixed else loss
    gradients = tape.gradient(scaled, list(weights.values()))
    return loss, [g / factor for g in gradients] if form.mixed else gradients


def are_finite(form: StepForm, gradients: list[Tensor]) -> Tensor:
    """Return whether all gradients are finite. Not checked in float32: always True."""
    return all_finite(gradients) if form.mixed else tf.constant(True)


def update_if(form: StepForm, finite: Tensor, update: Callable[[], None]) -> None:
    """Call `update` if the gradients are finite."""
    if form.mixed:
        tf.cond(finite, update, lambda: None)
    else:
        update()
