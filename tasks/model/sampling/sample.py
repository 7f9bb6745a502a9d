"""Draw note ids from a model, in bulk.

Samples are drawn in fixed groups of BATCH_ROWS: each call of one compiled loop draws a window of
notes for a group. Sample `index` is row index % BATCH_ROWS of group index // BATCH_ROWS, and the
random numbers of a group follow from (seed, group, window). So a sample depends on (model, seed,
index) and the sampling parameters only, not on the number of samples drawn at once; and a shorter
sample is the beginning of a longer one. Windows are drawn until every sample that is asked for has
come to its end (lengths.py).

The SamplingConfig is passed whole to draw_window.py, which uses the parameters of the logits.
"""

import numpy as np

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.model.network.network import State, network_of, tensors
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.draw_window import draw_window
from nocturne.tasks.model.sampling.drawn import Drawn, joined
from nocturne.tasks.model.sampling.lengths import find_ends, most_notes, require_end

BATCH_ROWS = 64  # samples in one compiled call


def sample(
    model: Model,
    config: SamplingConfig,
    first_index: int,
    count: int,
    progress: Progress = silent,
) -> Drawn:
    """Draw samples first_index .. first_index + count - 1.

    temperature divides the logits of every attribute, top_p keeps its most likely categories up
    to that mass. random_input "primer" continues a random window of the training songs;
    "gaussian" starts the decoder from a random state with the mean and covariance of the
    encoder's states over those windows. progress counts notes. The fact `ended` says which samples
    the model ended. ModelError if the model has no primers, or no end where one is asked for;
    ValueError if the config has no seed.
    """
    if not len(model.primers):
        raise ModelError(f"model {model.model_id} has no primers: train it again")
    require_end(config, model.model_id, model.vocabulary)
    drawer = _Drawer(model, config)
    last = first_index + count
    groups = range(first_index // BATCH_ROWS, -(-last // BATCH_ROWS))
    drawn = []
    for done, group in enumerate(groups):
        first = group * BATCH_ROWS
        indices = range(max(first, first_index), min(first + BATCH_ROWS, last))
        drawn.append(drawer.group(group, indices, _part_of(progress, done, len(groups))))
    return joined(drawn)


def _part_of(progress: Progress, done: int, parts: int) -> Progress:
    """Return a Progress of one of so many equal parts, `done` of which were before."""
    return lambda now, total: progress(done * total + now, parts * total)


def primer_of(seed: int, index: int, primers: int) -> int:
    """Return the number of the primer that sample `index` continues."""
    return int(np.random.default_rng([seed, index]).integers(primers))


class _Drawer:
    """Draws groups of samples from a model."""

    def __init__(self, model: Model, config: SamplingConfig) -> None:
        if config.seed is None:
            raise ValueError("sampling needs a seed, but the config's seed is empty")
        self.model, self.config, self.seed = model, config, config.seed
        self.network = network_of(model.shape, model.vocabulary)
        self.weights = tensors(model.weights, model.vocabulary)
        self.limits = tf.constant(model.loop_limits, tf.int32)

    def group(self, group: int, indices: range, progress: Progress) -> Drawn:
        """Draw the samples `indices` of a group; the others are drawn as far as these need."""
        history, state = self._random_inputs(group)
        rows = slice(indices.start % BATCH_ROWS, indices.start % BATCH_ROWS + len(indices))
        windows = -(-most_notes(self.config) // self.model.shape.window)
        unit = BATCH_ROWS * self.model.shape.window
        ids = np.zeros((len(indices), 0, len(self.network.sizes)), np.int16)
        ends = np.zeros((len(indices), 0), np.float32)
        for number in range(windows):
            key = np.random.SeedSequence([self.seed, group, number]).generate_state(2)
            history, drawn, end = draw_window(
                self.network,
                self.weights,
                self.config,
                self.limits,
                history,
                state if number == 0 else None,
                tf.constant(key.view(np.int32)),
            )
            ids = np.concatenate([ids, drawn.numpy()[rows].astype(np.int16)], axis=1)
            ends = np.concatenate([ends, end.numpy()[rows]], axis=1)
            lengths, ended = find_ends(self.config, self.model.vocabulary, indices, ids, ends)
            if lengths.all():
                break
            progress((number + 1) * unit, windows * unit)
        progress(windows * unit, windows * unit)
        return Drawn(ids[:, : lengths.max()], lengths, {"ended": ended})

    def _random_inputs(self, group: int) -> tuple[Tensor, State | None]:
        """Return the history int32 [BATCH_ROWS, context, A] of a group, and its decoder's state.

        The state is None where the encoder gives it, from the history.
        """
        model, network = self.model, self.network
        sizes = np.asarray(model.vocabulary.sizes, np.int32)
        history = np.zeros((BATCH_ROWS, network.context, len(sizes)), np.int32) + sizes
        indices = range(group * BATCH_ROWS, (group + 1) * BATCH_ROWS)
        if self.config.random_input == "primer":
            chosen = [primer_of(self.seed, index, len(model.primers)) for index in indices]
            history[:, -model.shape.window :] = model.primers[chosen]
            return tf.constant(history), None
        random = [np.random.default_rng([self.seed, index]) for index in indices]
        vector = np.stack([r.standard_normal(len(model.state_factor)) for r in random])
        state = (model.state_mean + vector @ model.state_factor).astype(np.float32)
        return tf.constant(history), network.state_of(tf.constant(state))
