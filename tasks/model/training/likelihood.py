"""Held-out likelihood: bits per note under a model.

Bits per note are all bits of some songs, divided by the number of their notes. A model that knows
an end pays for it: at every note but a song's first for the song's going on, and after its last
note for its end. These bits stand by themselves, as the attribute END. Without them (`note_bits`)
the bits are those of the notes, given that there is a note: the events of a model without an end.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.model_card import Evaluation
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import END, SplitIds
from nocturne.tasks.model.network.network import Network, network_of, tensors
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.training import windows

BATCH = 32  # windows in one call; fixed, so that it compiles once
MOST_FORMS = 16  # of networks, whose compiled function a process keeps


@lru_cache(MOST_FORMS)
def compiled_bits(network: Network, xla: bool) -> Callable[[Tensors, Tensor], Tensor]:
    """Return a compiled function from weights and a batch of windows to total bits [A].

    A network with an end gives [A + 1], as `Network.nats` does.

    Weights are an argument, so that all models of a form share the function.
    """

    @tf.function(jit_compile=xla, autograph=False)
    def bits(weights: Tensors, ids: Tensor) -> Tensor:
        return tf.reduce_sum(network.nats(weights, ids), axis=[0, 1]) / math.log(2)

    compiled: Callable[[Tensors, Tensor], Tensor] = bits
    return compiled


def evaluate(model: Model, split: SplitIds, progress: Progress = silent) -> Evaluation:
    """Return the bits per note of `model` on whole songs.

    Every note counts once. Songs are read window by window from their first note.
    """
    network = network_of(model.shape, model.vocabulary)
    weights = tensors(model.weights, model.vocabulary)
    index = windows.whole_songs(split, model.shape.window, network.ends)
    return evaluate_windows(network, weights, split, index, progress=progress)


def evaluate_windows(
    network: Network,
    weights: Tensors,
    split: SplitIds,
    index: windows.WindowIndex,
    xla: bool = True,
    progress: Progress = silent,
) -> Evaluation:
    """Return the bits per note over windows of a split, under weights and tables as tensors."""
    window, sizes, bits = network.shape.window, network.sizes, compiled_bits(network, xla)
    names = (*network.names, END) if network.ends else network.names
    total, notes = np.zeros(len(names)), 0
    for number, batch in enumerate(windows.batches(index, BATCH)):
        ids = windows.gather(split, batch, network.context, window, sizes)
        notes += int((ids[:, network.context :, 0] < sizes[0]).sum())
        filled = tf.constant(windows.filled(ids, BATCH, sizes))
        total += np.asarray(bits(weights, filled), np.float64)
        progress(min(len(index), (number + 1) * BATCH), len(index))
    return as_evaluation(total / max(notes, 1), names)


def as_evaluation(bits: NDArray[np.float64], names: tuple[str, ...]) -> Evaluation:
    """Return bits per note of each attribute [A] as an Evaluation."""
    by_attribute = {name: float(b) for name, b in zip(names, bits, strict=True)}
    return Evaluation(bits_per_note=float(bits.sum()), by_attribute=by_attribute)
