"""Held-out likelihood: how many bits a note costs under a model."""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from nocturne.schemas.model_card import Evaluation
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.encoder_decoder import Network
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.network.weights import Trained, tensors
from nocturne.tasks.model.training import windows

BATCH = 32  # windows in one call; fixed, so that it compiles once


class Likelihood:
    """Bits of batches of windows under fixed or changing weights, compiled once."""

    def __init__(self, network: Network, weights: dict[str, Any], xla: bool = True) -> None:
        self.network, self.weights, self.xla = network, weights, xla

    @cached_property
    def _bits(self) -> Any:
        @tf.function(jit_compile=self.xla, autograph=False)
        def bits(ids: Tensor) -> Tensor:
            nats = self.network.nats(self.weights, ids)
            return tf.reduce_sum(nats, axis=[0, 1]) / math.log(2)

        return bits

    def bits(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Total bits [A] of the real notes in windows int32 [B, context + window, A]."""
        return np.asarray(self._bits(tf.constant(ids)), np.float64)


def evaluate(model: Trained, split: SplitIds, progress: Progress = silent) -> Evaluation:
    """Bits per note of `model` on whole songs, window by window from each song's first note.

    `model` is anything with `shape`, `vocabulary` and `weights`. Every note counts once.
    """
    network = Network(model.shape, model.vocabulary)
    likelihood = Likelihood(network, tensors(model.weights))
    places = windows.whole_songs(split, model.shape.window)
    return over(likelihood.bits, network, split, places, progress)


def over(
    bits: Callable[[NDArray[np.int32]], NDArray[np.float64]],
    network: Network,
    split: SplitIds,
    places: windows.WindowIndex,
    progress: Progress = silent,
) -> Evaluation:
    """Bits per note over the windows at `places`, by a function from a batch to bits [A]."""
    window, sizes = network.shape.window, network.vocabulary.sizes
    total, notes = np.zeros(len(sizes)), 0
    for number, batch in enumerate(windows.batches(places, BATCH)):
        ids = windows.gather(split, batch, network.context, window, sizes)
        notes += int((ids[:, network.context :, 0] < sizes[0]).sum())
        total += bits(windows.filled(ids, BATCH, sizes))
        progress(min(len(places), (number + 1) * BATCH), len(places))
    return summed(total / max(notes, 1), network.vocabulary)


def summed(bits: NDArray[np.float64], vocabulary: Vocabulary) -> Evaluation:
    """Return bits per note by attribute [A] as an Evaluation."""
    by_attribute = {name: float(b) for name, b in zip(vocabulary.names, bits, strict=True)}
    return Evaluation(bits_per_note=float(bits.sum()), by_attribute=by_attribute)
