"""Draw note ids from a model, in bulk.

Samples are drawn in fixed groups of BATCH_ROWS: each call of one compiled loop draws a window of
notes for a group. Sample `index` is row index % BATCH_ROWS of group index // BATCH_ROWS, and the
random numbers of a group follow from (seed, group, window). So a sample depends on (model, seed,
index) and the sampling parameters only, not on the number of samples drawn at once; and a shorter
sample is the beginning of a longer one.

The SamplingConfig is passed whole to draw_window.py, which uses the parameters of the logits.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.theory import Key
from nocturne.tasks.model.network.network import network_of, tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.constraints import (
    Constrained,
    constraints_of,
    first_bar_state,
)
from nocturne.tasks.model.sampling.draw_window import draw_window
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.model.sampling.starts import starts_of
from nocturne.tasks.music.theory.note_limits import note_limits

BATCH_ROWS = 64  # samples in one compiled call


class _Group(NamedTuple):
    """A whole group as it was drawn: ids int16 [BATCH_ROWS, notes, A], and facts by name."""

    ids: NDArray[np.int16]
    bits: NDArray[np.float32]  # that constraints cost: [BATCH_ROWS, notes]; [BATCH_ROWS, 0] of none
    keys: list[Key | None]  # that the samples keep to

    def facts(self, lengths: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Return the columns of samples with so many notes [BATCH_ROWS]."""
        if not self.bits.shape[1]:
            return {}
        counted = np.arange(self.bits.shape[1]) < lengths[:, None]
        bits = np.where(counted, self.bits, 0).sum(axis=1, dtype=np.float64) / lengths
        names = [key.text for key in self.keys if key is not None]  # all samples have one, or none
        return {"constraint_bits": bits} | ({"sounding_key": np.array(names)} if names else {})


def sample(
    model: Model,
    config: SamplingConfig,
    first_index: int,
    count: int,
    progress: Progress = silent,
) -> Drawn:
    """Draw samples first_index .. first_index + count - 1.

    temperature divides the logits of every attribute, or each by its own; top_p keeps the most
    likely categories up to that mass, top_k so many, min_p those with that share of the likeliest's
    probability. Key, range and metre are kept by every note (note_limits.py); the facts are then
    `constraint_bits`, -log2 of the probability that they left in bits per note, and
    `sounding_key`. random_input "primer" continues a random window of the training songs;
    "gaussian" starts the decoder from a random state with the mean and covariance of the
    encoder's states over those windows; "prime" continues the model's first prime; "between"
    starts between two of them or of the windows (starts.py). progress counts notes. ModelError if
    the model has no primers, SamplesError if it cannot keep a limit; ValueError if the config has
    no seed.
    """
    if not len(model.primers):
        raise ModelError(f"model {model.model_id} has no primers: train it again")
    drawer = _Drawer(model, config)
    last = first_index + count
    groups = range(first_index // BATCH_ROWS, -(-last // BATCH_ROWS))
    windows = -(-config.notes // model.shape.window)
    drawn = []
    for done, group in enumerate(groups):
        drawn.append(
            drawer.group(group, windows, progress, (done * windows, len(groups) * windows))
        )
    lengths = np.full(BATCH_ROWS * len(groups), config.notes)
    start = first_index - groups.start * BATCH_ROWS
    rows = slice(start, start + count)
    joined = _joined(drawn)
    facts = joined.facts(lengths)
    return Drawn(
        joined.ids[rows, : config.notes],
        lengths[rows],
        {name: column[rows] for name, column in facts.items()},
    )


def _joined(groups: list[_Group]) -> _Group:
    """Return groups as one of all their samples."""
    keys = [key for group in groups for key in group.keys]
    return _Group(
        np.concatenate([group.ids for group in groups]),
        np.concatenate([group.bits for group in groups]),
        keys,
    )


class _Drawer:
    """Draws groups of samples from a model."""

    def __init__(self, model: Model, config: SamplingConfig) -> None:
        if config.seed is None:
            raise ValueError("sampling needs a seed, but the config's seed is empty")
        self.model, self.config, self.seed = model, config, config.seed
        self.network = network_of(model.shape, model.vocabulary)
        self.weights = tensors(model.weights, model.vocabulary)
        self.limits = tf.constant(model.loop_limits, tf.int32)
        self.note_limits = note_limits(model.vocabulary, config)

    def group(self, group: int, windows: int, progress: Progress, done: tuple[int, int]) -> _Group:
        """Draw a whole group of `windows` windows.

        `done` is the number of windows drawn before, and the number of all windows to draw.
        """
        indices = range(group * BATCH_ROWS, (group + 1) * BATCH_ROWS)
        history, state = starts_of(self.model, self.network, self.weights, self.config, indices)
        keys = self._keys(history.numpy())
        constrained = self._constrained(keys)
        window = self.model.shape.window
        ids, bits = [], [np.zeros((BATCH_ROWS, 0), np.float32)]
        for number in range(windows):
            key = np.random.SeedSequence([self.seed, group, number]).generate_state(2)
            history, drawn, bars = draw_window(
                self.network,
                self.weights,
                self.config,
                self.limits,
                history,
                state if number == 0 else None,
                tf.constant(key.view(np.int32)),
                constrained,
            )
            ids.append(drawn.numpy().astype(np.int16))
            if constrained and bars:
                bits.append(bars.bits.numpy())
                constrained = constrained._replace(bars=bars)
            unit = BATCH_ROWS * window
            progress((done[0] + number + 1) * unit, done[1] * unit)
        return _Group(np.concatenate(ids, axis=1), np.concatenate(bits, axis=1), keys)

    def _keys(self, history: NDArray[np.int32]) -> list[Key | None]:
        """Return the key of each sample that follows history [BATCH_ROWS, context, A]."""
        limits = self.note_limits
        if limits is None or not limits.as_primed:
            return [limits.key if limits else None] * BATCH_ROWS
        primed = history[:, -self.model.shape.window :]
        is_note = primed[..., 0] < self.network.sizes[0]
        return [limits.key_of_ids(primed[i, is_note[i]]) for i in range(BATCH_ROWS)]

    def _constrained(self, keys: list[Key | None]) -> Constrained | None:
        """Return what samples in `keys` keep to, before their first note; None without limits."""
        if self.note_limits is None:
            return None
        constraints = constraints_of(self.network, self.note_limits, keys)
        return Constrained(constraints, first_bar_state(BATCH_ROWS, self.model.shape.window))
