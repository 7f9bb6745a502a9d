"""Draw note ids from a model, in bulk.

Samples are drawn in fixed groups of BATCH_ROWS: each call of one compiled loop draws a window of
notes for a group. Sample `index` is row index % BATCH_ROWS of group index // BATCH_ROWS, and the
random numbers of a group follow from (seed, group, window). So a sample depends on (model, seed,
index) and the sampling parameters only, not on the number of samples drawn at once; and a shorter
sample is the beginning of a longer one.

The whole SamplingConfig is passed down to the compiled loop. A new parameter is a field of the
config, an entry in `_tensors_of`, and its use in `draw`.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.model.network.network import (
    DecoderState,
    Network,
    State,
    network_of,
    tensors,
)
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.quiet_tensorflow import tf
from nocturne.tasks.model.sampling import decoder_state, loop_guard

BATCH_ROWS = 64  # samples in one compiled call
MOST_FORMS = 16  # of networks, whose compiled function a process keeps
SMALLEST = 1e-20  # keeps the logarithm of a random number finite
LOWEST = -1e9  # logit of a category that may not be drawn


def sample(
    model: Model,
    config: SamplingConfig,
    first_index: int,
    count: int,
    progress: Progress = silent,
) -> NDArray[np.int16]:
    """Draw samples first_index .. first_index + count - 1: int16 ids [count, notes, A].

    temperature divides the logits of every attribute, top_p keeps its most likely categories up
    to that mass. random_input "primer" continues a random window of the training songs;
    "gaussian" starts the decoder from a random state with the mean and covariance of the
    encoder's states over those windows. progress counts notes. ModelError if the model has no
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
    return np.concatenate(drawn)[start : start + count, : config.notes]


def primer_of(seed: int, index: int, primers: int) -> int:
    """Return the number of the primer that sample `index` continues."""
    return int(np.random.default_rng([seed, index]).integers(primers))


class _Drawer:
    """A model, the sampling parameters and the compiled loop."""

    def __init__(self, model: Model, config: SamplingConfig) -> None:
        if config.seed is None:
            raise ValueError("sampling needs a seed, but the config's seed is empty")
        self.model, self.seed, self.random_input = model, config.seed, config.random_input
        self.network = network_of(model.shape, model.vocabulary)
        self.weights = tensors(model.weights, model.vocabulary)
        self.limits = tf.constant(model.loop_limits, tf.int32)
        self.parameters = _tensors_of(config)
        self.draw = _compiled(self.network, config.top_p < 1)

    def group(
        self, group: int, windows: int, progress: Progress, done: tuple[int, int]
    ) -> NDArray[np.int16]:
        """Draw a whole group: int16 [BATCH_ROWS, windows * window, A]."""
        history, state = self._random_inputs(group)
        drawn = []
        for number in range(windows):
            key = np.random.SeedSequence([self.seed, group, number]).generate_state(2)
            given = state if number == 0 else None
            history, ids = self._window(history, given, key.view(np.int32))
            drawn.append(ids.numpy().astype(np.int16))
            unit = BATCH_ROWS * self.model.shape.window
            progress((done[0] + number + 1) * unit, done[1] * unit)
        return np.concatenate(drawn, axis=1)

    def _window(self, history: Tensor, given: State | None, key: NDArray[np.int32]) -> Any:
        state = given or self.network.zero_state(BATCH_ROWS)
        return self.draw(
            self.weights,
            history,
            state,
            tf.constant(given is None),
            tf.constant(key),
            self.parameters,
            self.limits,
        )

    def _random_inputs(self, group: int) -> tuple[Tensor, State | None]:
        """History int32 [BATCH_ROWS, context, A], and the decoder's state if not the encoder's."""
        model, network = self.model, self.network
        sizes = np.asarray(model.vocabulary.sizes, np.int32)
        history = np.zeros((BATCH_ROWS, network.context, len(sizes)), np.int32) + sizes
        indices = range(group * BATCH_ROWS, (group + 1) * BATCH_ROWS)
        if self.random_input == "primer":
            chosen = [primer_of(self.seed, index, len(model.primers)) for index in indices]
            history[:, -model.shape.window :] = model.primers[chosen]
            return tf.constant(history), None
        random = [np.random.default_rng([self.seed, index]) for index in indices]
        vector = np.stack([r.standard_normal(len(model.state_factor)) for r in random])
        state = (model.state_mean + vector @ model.state_factor).astype(np.float32)
        return tf.constant(history), network.state_of(tf.constant(state))


def _tensors_of(config: SamplingConfig) -> dict[str, Tensor]:
    """Return the parameters that the compiled loop takes: a change compiles nothing anew."""
    return {"temperature": tf.constant(config.temperature), "top_p": tf.constant(config.top_p)}


@lru_cache(MOST_FORMS)
def _compiled(network: Network, nucleus: bool) -> Any:
    """Return the compiled drawing of one window.

    Weights are an argument, so that all models of a form share it.
    """
    looping = loop_guard.looping_attribute(network.names)

    @tf.function(jit_compile=True, autograph=False, reduce_retracing=True)
    def draw(
        weights: dict[str, Tensor],
        history: Tensor,
        given: State,
        encode: Tensor,
        key: Tensor,
        parameters: dict[str, Tensor],
        limits: Tensor,
    ) -> tuple[Tensor, Tensor]:
        sizes, window = network.sizes, network.shape.window
        encoded = network.encode(weights, history[:, -window:])
        state = tf.nest.map_structure(lambda e, g: tf.where(encode, e, g), encoded, given)
        noise = _gumbel([window, history.shape[0], sum(sizes)], key)

        def body(w: Tensor, decoder: DecoderState) -> tuple[Tensor, DecoderState]:
            inputs, after = network.read_next(weights, decoder)
            note: list[Tensor] = []
            for k, part in enumerate(tf.split(noise[w], sizes, axis=-1)):
                given = [ids[:, None] for ids in note]
                logits = network.heads.logits(weights, k, inputs, given)[:, 0]
                logits = logits / parameters["temperature"]
                if k == looping:
                    logits = tf.where(
                        loop_guard.forbidden(network, decoder, limits), LOWEST, logits
                    )
                kept = _nucleus(logits, parameters["top_p"]) if nucleus else logits
                note.append(tf.argmax(kept + part, axis=-1, output_type=tf.int32))
            note_ids = tf.stack(note, -1)
            return w + 1, decoder_state.append_note(network, weights, decoder, after, note_ids)

        decoder = decoder_state.initial_state(network, weights, history, state)
        _, decoder = tf.while_loop(
            lambda w, _: w < window, body, (tf.constant(0), decoder), maximum_iterations=window
        )
        return decoder.ids[:, window:], decoder.ids[:, network.context :]

    return draw


def _gumbel(shape: list[int], key: Tensor) -> Tensor:
    """Return noise that `key` fixes: the maximum of logits plus noise is a draw from them."""
    uniform = tf.random.stateless_uniform(shape, key, SMALLEST, 1.0, alg="philox")
    return -tf.math.log(-tf.math.log(uniform))


def _nucleus(logits: Tensor, top_p: Tensor) -> Tensor:
    """Keep only the most likely categories up to the mass top_p (Holtzman et al., 2020)."""
    ordered = tf.sort(logits, axis=-1, direction="DESCENDING")
    share = tf.nn.softmax(ordered, axis=-1)
    kept = tf.cumsum(share, axis=-1, exclusive=True) < top_p  # always the most likely one
    lowest = tf.reduce_min(tf.where(kept, ordered, tf.float32.max), axis=-1, keepdims=True)
    return tf.where(logits >= lowest, logits, LOWEST)
