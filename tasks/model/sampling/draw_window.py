"""One window of notes for a group of samples, drawn note by note in one compiled loop.

A new parameter of the logits is a field of SamplingConfig, a tensor in `_parameters` and its use
in `_Note.draw`.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.config.sampling.temperatures import temperatures
from nocturne.tasks.model.network.heads import HeadInputs
from nocturne.tasks.model.network.network import DecoderState, Network, State
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.sampling import decoder_state, loop_guard
from nocturne.tasks.model.sampling.constraints import (
    LOWEST,
    BarState,
    Constrained,
    Constraints,
    allowed_ids,
    lost_bits,
    next_place,
)
from nocturne.tasks.model.sampling.filters import Filters

MOST_FORMS = 16  # of networks, whose compiled function a process keeps
SMALLEST = 1e-20  # keeps the logarithm of a random number finite


class Window(NamedTuple):
    """A window that was drawn, and what the next one goes on from."""

    history: Tensor  # int32 [B, context, A]
    ids: Tensor  # int32 [B, window, A]
    bars: BarState | None  # where there are constraints
    ends: Tensor  # probability of the end in place of each note [B, window]; 0 if there is none


def draw_window(
    network: Network,
    weights: Tensors,
    config: SamplingConfig,
    limits: Tensor,
    history: Tensor,
    state: State | None,
    key: Tensor,
    constrained: Constrained | None = None,
) -> Window:
    """Draw the window that follows history int32 [B, context, A].

    The decoder starts in `state` or, if that is None, in the encoder's state after the history.
    `limits` int32 [LIMITS] are those of loop_limits.py; `key` int32 [2] fixes the random numbers.
    `constrained` has what every note keeps to, and where the samples are in their bars. The end is
    never drawn: every id is that of a note (lengths.py says where a sample ends).
    """
    filters = Filters(config.top_k is not None, config.top_p < 1, config.min_p is not None)
    draw = _compiled(network, filters)
    encode = tf.constant(state is None)
    given = state or network.zero_state(history.shape[0])
    parameters = _parameters(config, network)
    return Window(*draw(weights, history, given, encode, key, parameters, limits, constrained))


def _parameters(config: SamplingConfig, network: Network) -> dict[str, Tensor]:
    """Return the parameters that the compiled loop takes: a change compiles nothing anew."""
    return {
        "temperature": tf.constant(temperatures(config.temperature, network.names), tf.float32),
        "top_k": tf.constant(config.top_k or 1),
        "top_p": tf.constant(config.top_p),
        "min_p": tf.constant(config.min_p or 1.0),
    }


@lru_cache(MOST_FORMS)
def _compiled(network: Network, filters: Filters) -> Any:
    """Return the compiled function that draws a window.

    Weights and parameters are its arguments: all models of a form share it, at all temperatures.
    """

    @tf.function(jit_compile=True, autograph=False, reduce_retracing=True)
    def draw(
        weights: Tensors,
        history: Tensor,
        given: State,
        encode: Tensor,
        key: Tensor,
        parameters: dict[str, Tensor],
        limits: Tensor,
        constrained: Constrained | None,
    ) -> tuple[Tensor, Tensor, BarState | None, Tensor]:
        window = network.shape.window
        encoded = network.encode(weights, history[:, -window:])
        state = tf.nest.map_structure(lambda e, g: tf.where(encode, e, g), encoded, given)
        noise = _gumbel([window, history.shape[0], sum(network.sizes)], key)

        def body(
            w: Tensor, decoder: DecoderState, bars: BarState | tuple[()], ends: Tensor
        ) -> tuple[Tensor, DecoderState, BarState | tuple[()], Tensor]:
            inputs, after = network.read_next(weights, decoder)
            drawer = _Note(network, weights, filters, parameters, limits, decoder, inputs)
            if constrained is None or not isinstance(bars, BarState):
                note, next_bars = drawer.draw(noise[w]), bars
            else:
                note, next_bars = drawer.draw_constrained(
                    noise[w], constrained.constraints, bars, w
                )
            note_ids = tf.stack(note, -1)
            decoder = decoder_state.append_note(network, weights, decoder, after, note_ids)
            return w + 1, decoder, next_bars, ends.write(w, drawer.end())

        decoder = decoder_state.initial_state(network, weights, history, state)
        ends = tf.TensorArray(tf.float32, window, element_shape=history.shape[:1])
        start = (tf.constant(0), decoder, constrained.bars if constrained else (), ends)
        _, decoder, bars, ends = tf.while_loop(
            lambda w, *_: w < window, body, start, maximum_iterations=window
        )
        ids, probable_ends = decoder.ids, tf.transpose(ends.stack())
        return ids[:, window:], ids[:, network.context :], bars or None, probable_ends

    return draw


class _Note(NamedTuple):
    """Draws one note of all samples, attribute by attribute."""

    network: Network
    weights: Tensors
    filters: Filters
    parameters: dict[str, Tensor]
    limits: Tensor
    decoder: DecoderState
    inputs: HeadInputs

    def draw(self, noise: Tensor) -> list[Tensor]:
        """Draw a note: ids int32 [B] of each attribute. noise float32 [B, sum of sizes]."""
        note: list[Tensor] = []
        for k, part in enumerate(tf.split(noise, self.network.sizes, axis=-1)):
            kept = self._kept(k, self._logits(k, note), None)
            note.append(tf.argmax(kept + part, axis=-1, output_type=tf.int32))
        return note

    def draw_constrained(
        self, noise: Tensor, constraints: Constraints, bars: BarState, w: Tensor
    ) -> tuple[list[Tensor], BarState]:
        """Draw a note that keeps to the constraints, number w of its window."""
        note: list[Tensor] = []
        bits = tf.zeros_like(bars.bits[:, 0])
        for k, part in enumerate(tf.split(noise, self.network.sizes, axis=-1)):
            logits = self._logits(k, note)
            allowed = allowed_ids(self.network, constraints, bars.place, k, note)
            if allowed is not None:
                bits += lost_bits(logits, allowed)
                logits = tf.where(allowed, logits, LOWEST)
            scores = self._kept(k, logits, allowed) + part
            if allowed is not None:  # whatever the temperature made of the logits
                scores = tf.where(allowed, tf.maximum(scores, tf.float32.min), -float("inf"))
            note.append(tf.argmax(scores, axis=-1, output_type=tf.int32))
        place = next_place(self.network, constraints, bars.place, note)
        numbers = tf.range(bars.bits.shape[1])[None]
        return note, BarState(place, tf.where(numbers == w, bits[:, None], bars.bits))

    def end(self) -> Tensor:
        """Return how probable the end is in place of the note, float32 [B]; 0 without an end.

        The filters hold for the end as for the other categories of the first attribute.
        """
        if not self.network.ends:
            return tf.zeros(self.decoder.ids.shape[:1])
        logits = self._all_logits(0, []) / self.parameters["temperature"][0]
        return tf.nn.softmax(self.filters.keep(logits, self.parameters))[:, -1]

    def _logits(self, k: int, note: list[Tensor]) -> Tensor:
        """Return the logits [B, size] of attribute k after those before it, without the end."""
        return self._all_logits(k, note)[:, : self.network.sizes[k]]

    def _all_logits(self, k: int, note: list[Tensor]) -> Tensor:
        given = [ids[:, None] for ids in note]
        return self.network.heads.logits(self.weights, k, self.inputs, given)[:, 0]

    def _kept(self, k: int, logits: Tensor, allowed: Tensor | None) -> Tensor:
        """Return the logits after temperature, loop guard and filters.

        Where the guard would forbid all that is allowed, the sample is not guarded.
        """
        logits = logits / self.parameters["temperature"][k]
        if k == loop_guard.looping_attribute(self.network.names):
            forbidden = loop_guard.forbidden(self.network, self.decoder, self.limits)
            if allowed is not None:
                forbidden &= tf.reduce_any(allowed & ~forbidden, axis=-1, keepdims=True)
            logits = tf.where(forbidden, LOWEST, logits)
        return self.filters.keep(logits, self.parameters)


def _gumbel(shape: list[int], key: Tensor) -> Tensor:
    """Return noise that `key` fixes: the maximum of logits plus noise is a draw from them."""
    uniform = tf.random.stateless_uniform(shape, key, SMALLEST, 1.0, alg="philox")
    return -tf.math.log(-tf.math.log(uniform))
