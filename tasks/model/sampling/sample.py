"""Draw note ids from a model, in bulk.

Samples are drawn in fixed groups of BATCH_ROWS: each call of one compiled loop draws a window of
notes for a group. Sample `index` is row index % BATCH_ROWS of group index // BATCH_ROWS, and the
random numbers of a group follow from (seed, group, window). So a sample depends on (model, seed,
index) and the sampling parameters only, not on the number of samples drawn at once; and a shorter
sample is the beginning of a longer one.

The SamplingConfig is passed whole to draw_window.py, which uses the parameters of the logits.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.model.network.network import network_of, tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.draw_window import draw_window
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.model.sampling.starts import starts_of

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
    to that mass. random_input "primer" continues a random window of the training songs; "gaussian"
    starts the decoder from a random state with the mean and covariance of the encoder's states
    over those windows; "prime" continues the model's first prime; "between" starts between two of
    them or of the windows (starts.py). progress counts notes. ModelError if the model has no
    primers; ValueError if the config has no seed.
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
    start = first_index - groups.start * BATCH_ROWS
    ids = np.concatenate(drawn)[start : start + count, : config.notes]
    return Drawn(ids, np.full(count, config.notes))


class _Drawer:
    """Draws groups of samples from a model."""

    def __init__(self, model: Model, config: SamplingConfig) -> None:
        if config.seed is None:
            raise ValueError("sampling needs a seed, but the config's seed is empty")
        self.model, self.config, self.seed = model, config, config.seed
        self.network = network_of(model.shape, model.vocabulary)
        self.weights = tensors(model.weights, model.vocabulary)
        self.limits = tf.constant(model.loop_limits, tf.int32)

    def group(
        self, group: int, windows: int, progress: Progress, done: tuple[int, int]
    ) -> NDArray[np.int16]:
        """Draw a whole group: int16 [BATCH_ROWS, windows * window, A].

        `done` is the number of windows drawn before, and the number of all windows to draw.
        """
        indices = range(group * BATCH_ROWS, (group + 1) * BATCH_ROWS)
        history, state = starts_of(self.model, self.network, self.weights, self.config, indices)
        drawn = []
        for number in range(windows):
            key = np.random.SeedSequence([self.seed, group, number]).generate_state(2)
            history, ids = draw_window(
                self.network,
                self.weights,
                self.config,
                self.limits,
                history,
                state if number == 0 else None,
                tf.constant(key.view(np.int32)),
            )
            drawn.append(ids.numpy().astype(np.int16))
            unit = BATCH_ROWS * self.model.shape.window
            progress((done[0] + number + 1) * unit, done[1] * unit)
        return np.concatenate(drawn, axis=1)
