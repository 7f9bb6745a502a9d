"""Music from random input: note ids drawn from a model, in bulk.

Samples are drawn in fixed groups of BATCH_ROWS, a window per call of one compiled loop. Sample
`index` always lies in row index % BATCH_ROWS of group index // BATCH_ROWS, and each group's random
numbers follow from (seed, group, window): so a sample depends on (model, seed, index) and the
sampling parameters only, never on how many are asked for at once; and a shorter sample is the
beginning of a longer one.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import RandomInput
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


def sample(  # noqa: PLR0913 - one keyword for each sampling parameter
    model: Model,
    *,
    count: int,
    first_index: int = 0,
    notes: int,
    seed: int,
    temperature: float,
    top_p: float,
    random_input: RandomInput,
    progress: Progress = silent,
) -> NDArray[np.int16]:
    """Draw samples first_index .. first_index + count - 1: int16 ids [count, notes, A].

    temperature divides the logits, top_p keeps the most likely categories up to that mass, of
    every attribute. random_input "primer" continues a random window of the training songs;
    "gaussian" starts the decoder from a random state with the mean and covariance that the
    encoder's states have there. progress counts notes.
    """
    if not len(model.primers):
        raise ModelError(f"model {model.model_id} has no primers: train it again")
    drawer = _Drawer(model, seed, temperature, top_p, random_input)
    last = first_index + count
    groups = range(first_index // BATCH_ROWS, -(-last // BATCH_ROWS))
    windows = -(-notes // model.shape.window)
    drawn = []
    for done, group in enumerate(groups):
        drawn.append(
            drawer.group(group, windows, progress, (done * windows, len(groups) * windows))
        )
    start = first_index - groups.start * BATCH_ROWS
    return np.concatenate(drawn)[start : start + count, :notes]


def primer_of(seed: int, index: int, primers: int) -> int:
    """Return which of so many primers sample `index` continues."""
    return int(np.random.default_rng([seed, index]).integers(primers))


class _Drawer:
    """One request's model, parameters and compiled loop."""

    def __init__(
        self, model: Model, seed: int, temperature: float, top_p: float, random_input: RandomInput
    ) -> None:
        self.model, self.seed, self.random_input = model, seed, random_input
        self.network = network_of(model.shape, model.vocabulary)
        self.weights = tensors(model.weights, model.vocabulary)
        limits = tf.constant(model.loop_limits, tf.int32)
        self.parameters = (tf.constant(temperature), tf.constant(top_p), limits)
        self.draw = _compiled(self.network, top_p < 1)

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
            *self.parameters,
        )

    def _random_inputs(self, group: int) -> tuple[Tensor, State | None]:
        """History int32 [BATCH_ROWS, context, A], and the decoder's state if not the encoder's."""
        model, network = self.model, self.network
        sizes = np.asarray(model.vocabulary.sizes, np.int32)
        history = np.zeros((BATCH_ROWS, network.context, len(sizes)), np.int32) + sizes
        lanes = range(group * BATCH_ROWS, (group + 1) * BATCH_ROWS)
        if self.random_input == "primer":
            chosen = [primer_of(self.seed, index, len(model.primers)) for index in lanes]
            history[:, -model.shape.window :] = model.primers[chosen]
            return tf.constant(history), None
        random = [np.random.default_rng([self.seed, index]) for index in lanes]
        vector = np.stack([r.standard_normal(len(model.state_factor)) for r in random])
        state = (model.state_mean + vector @ model.state_factor).astype(np.float32)
        return tf.constant(history), network.state_of(tf.constant(state))


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
        temperature: Tensor,
        top_p: Tensor,
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
                logits = network.heads.logits(weights, k, inputs, given)[:, 0] / temperature
                if k == looping:
                    logits = tf.where(loop_guard.forbidden(network, decoder, limits), -1e9, logits)
                kept = _nucleus(logits, top_p) if nucleus else logits
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
    """Noise that `key` fixes: logits plus it are greatest at a draw from their distribution."""
    uniform = tf.random.stateless_uniform(shape, key, SMALLEST, 1.0, alg="philox")
    return -tf.math.log(-tf.math.log(uniform))


def _nucleus(logits: Tensor, top_p: Tensor) -> Tensor:
    """Leave only the most likely categories up to the mass top_p (Holtzman et al., 2020)."""
    ordered = tf.sort(logits, axis=-1, direction="DESCENDING")
    share = tf.nn.softmax(ordered, axis=-1)
    kept = tf.cumsum(share, axis=-1, exclusive=True) < top_p  # always the most likely one
    lowest = tf.reduce_min(tf.where(kept, ordered, tf.float32.max), axis=-1, keepdims=True)
    return tf.where(logits >= lowest, logits, -1e9)
