"""What draws are compared with: the model's primers, which are real music and lie in its folder.

So a choice depends on the model alone, whatever has become of its corpus. Music is compared in
stretches as long as a primer, a window of notes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.model.network.network import Network, network_of, tensors
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.training.windows import filled
from nocturne.tasks.music.metrics.excerpt import cut, excerpt_of
from nocturne.tasks.music.metrics.known_runs import KnownRuns
from nocturne.tasks.music.metrics.repetition import repetition

MOST_FORMS = 16  # of networks, whose compiled function a process keeps
BATCH = 64  # stretches in one call; fixed, so that it compiles once
# In a row, of a primer: a copy. One in a hundred held-out folk songs shares as many with a training
# song. Copies are of the primer that a sample continues: the primers find nine of ten.
COPIED_STEPS = 40
FAMILIAR_STEPS = 16  # in a row, of a primer: not original
QUANTILES = (0.1, 0.9)  # between which a figure is as in real music
Ids = NDArray[np.int16]


@dataclass(frozen=True)
class Band:
    """The range of a figure in real music."""

    low: float
    high: float

    def closeness(self, value: float) -> float:
        """Return 1 inside the band, falling to 0 at the band's width beyond it."""
        width = max(self.high - self.low, 1e-6)
        outside = max(self.low - value, value - self.high, 0.0)
        return max(0.0, 1.0 - outside / width)


def band_of(values: list[float]) -> Band:
    """Return the band of a figure's values in real music."""
    low, high = np.quantile(values, QUANTILES)
    return Band(float(low), float(high))


class Reference:
    """Figures of a model's primers, each made when it is first needed."""

    def __init__(self, model: Model) -> None:
        """Take the notes of the primers, which are padded where a song is shorter."""
        self.model = model
        sizes = np.asarray(model.vocabulary.sizes)
        primers = [primer[(primer < sizes).all(axis=1)] for primer in model.primers]
        self._primers = [primer for primer in primers if len(primer) > 1]
        self._excerpts = [excerpt_of(model.vocabulary, primer) for primer in self._primers]
        steps = [excerpt.steps for excerpt in self._excerpts]
        self.copied = KnownRuns(steps, COPIED_STEPS)
        self.familiar = KnownRuns(steps, FAMILIAR_STEPS)
        self.repetition = band_of([repetition([excerpt]) for excerpt in self._excerpts])

    @property
    def bits(self) -> Band:
        """Bits per note of primers under the model."""
        return _bits_band(self)


@lru_cache(1)
def _bits_band(reference: Reference) -> Band:
    return band_of(stretch_bits(reference.model, reference._primers))


def repetition_of(model: Model, ids: Ids) -> float:
    """Return the mean repetition of a piece in stretches of a window."""
    stretches = cut([ids], model.shape.window)
    found = [repetition([excerpt_of(model.vocabulary, part)]) for part in stretches]
    return float(np.mean(found))


def stretch_bits(model: Model, pieces: list[Ids]) -> list[float]:
    """Return the bits per note of each piece under the model.

    Each stretch of a window is predicted from itself alone, as primers are.
    """
    network = network_of(model.shape, model.vocabulary)
    weights = tensors(model.weights, model.vocabulary)
    parts = [cut([piece], model.shape.window) for piece in pieces]
    stretches = [part for piece in parts for part in piece]
    bits = []
    for first in range(0, len(stretches), BATCH):
        ids = filled(_padded(network, stretches[first : first + BATCH]), BATCH, network.sizes)
        bits.append(np.asarray(_compiled_bits(network)(weights, tf.constant(ids))))
    each = np.concatenate(bits)
    ends = np.cumsum([len(piece) for piece in parts])
    totals = [float(part.sum()) for part in np.split(each[: ends[-1]], ends[:-1])]
    notes = [sum(len(part) for part in piece) for piece in parts]
    return [total / count for total, count in zip(totals, notes, strict=True)]


def _padded(network: Network, stretches: list[Ids]) -> NDArray[np.int32]:
    """Return stretches after a context of start symbols: int32 [N, context + window, A]."""
    length = network.context + network.shape.window
    ids = np.zeros((len(stretches), length, len(network.sizes)), np.int32) + network.sizes
    for row, stretch in zip(ids, stretches, strict=True):
        row[network.context : network.context + len(stretch)] = stretch
    return ids.astype(np.int32)


@lru_cache(MOST_FORMS)
def _compiled_bits(network: Network) -> Callable[[Tensors, Tensor], Tensor]:
    """Return a compiled function from weights and windows to the bits of each window [B].

    They are those of the notes alone: a stretch ends where it was cut, not where music ends.
    """

    @tf.function(jit_compile=True, autograph=False)
    def bits(weights: Tensors, ids: Tensor) -> Tensor:
        nats = network.nats(weights, ids)[..., : len(network.sizes)]
        return tf.reduce_sum(nats, axis=[1, 2]) / math.log(2)

    compiled: Callable[[Tensors, Tensor], Tensor] = bits
    return compiled
