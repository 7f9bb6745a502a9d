"""One window of notes for a group of samples, drawn note by note in one compiled loop.

A new parameter of the logits is a field of SamplingConfig, a tensor in `_parameters` and its use
in `draw`.
"""

from functools import lru_cache
from typing import Any

from nocturne.schemas.config import SamplingConfig
from nocturne.tasks.model.network.network import DecoderState, Network, State
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.sampling import decoder_state, loop_guard

MOST_FORMS = 16  # of networks, whose compiled function a process keeps
SMALLEST = 1e-20  # keeps the logarithm of a random number finite
LOWEST = -1e9  # logit of a category that may not be drawn


def draw_window(
    network: Network,
    weights: Tensors,
    config: SamplingConfig,
    limits: Tensor,
    history: Tensor,
    state: State | None,
    key: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw the window that follows history int32 [B, context, A].

    The decoder starts in `state` or, if that is None, in the encoder's state after the history.
    `limits` int32 [LIMITS] are those of loop_limits.py; `key` int32 [2] fixes the random numbers.
    Returns the history of the next window; the ids drawn, int32 [B, window, A], which are of notes
    alone; and [B, window] how probable the end was in place of each, 0 where the network has none.
    """
    draw = _compiled(network, config.top_p < 1)
    encode = tf.constant(state is None)
    given = state or network.zero_state(history.shape[0])
    found: tuple[Tensor, Tensor, Tensor] = draw(
        weights, history, given, encode, key, _parameters(config), limits
    )
    return found


def _parameters(config: SamplingConfig) -> dict[str, Tensor]:
    """Return the parameters that the compiled loop takes: a change compiles nothing anew."""
    return {"temperature": tf.constant(config.temperature), "top_p": tf.constant(config.top_p)}


@lru_cache(MOST_FORMS)
def _compiled(network: Network, nucleus: bool) -> Any:
    """Return the compiled function that draws a window.

    Weights and parameters are its arguments: all models of a form share it, at all temperatures.
    """
    looping = loop_guard.looping_attribute(network.names)

    @tf.function(jit_compile=True, autograph=False, reduce_retracing=True)
    def draw(
        weights: Tensors,
        history: Tensor,
        given: State,
        encode: Tensor,
        key: Tensor,
        parameters: dict[str, Tensor],
        limits: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        sizes, window = network.sizes, network.shape.window
        encoded = network.encode(weights, history[:, -window:])
        state = tf.nest.map_structure(lambda e, g: tf.where(encode, e, g), encoded, given)
        rows = history.shape[0]
        noise = _gumbel([window, rows, sum(sizes)], key)

        def body(
            w: Tensor, decoder: DecoderState, ends: Tensor
        ) -> tuple[Tensor, DecoderState, Tensor]:
            inputs, after = network.read_next(weights, decoder)
            note: list[Tensor] = []
            for k, part in enumerate(tf.split(noise[w], sizes, axis=-1)):
                given = [ids[:, None] for ids in note]
                logits = network.heads.logits(weights, k, inputs, given)[:, 0]
                logits = logits / parameters["temperature"]
                if k == 0:
                    logits, end = _without_end(network, logits, parameters["top_p"])
                    ends = ends.write(w, end)
                if k == looping:
                    logits = tf.where(
                        loop_guard.forbidden(network, decoder, limits), LOWEST, logits
                    )
                kept = _nucleus(logits, parameters["top_p"]) if nucleus else logits
                note.append(tf.argmax(kept + part, axis=-1, output_type=tf.int32))
            note_ids = tf.stack(note, -1)
            decoder = decoder_state.append_note(network, weights, decoder, after, note_ids)
            return w + 1, decoder, ends

        first = (
            tf.constant(0),
            decoder_state.initial_state(network, weights, history, state),
            tf.TensorArray(tf.float32, window, element_shape=[rows]),
        )
        _, decoder, ends = tf.while_loop(
            lambda w, *_: w < window, body, first, maximum_iterations=window
        )
        history, ids = decoder.ids[:, window:], decoder.ids[:, network.context :]
        return history, ids, tf.transpose(ends.stack())

    return draw


def _without_end(network: Network, logits: Tensor, top_p: Tensor) -> tuple[Tensor, Tensor]:
    """Split logits [B, ...] of the first attribute into those of notes and P(end) [B].

    The end is improbable where more likely categories have the mass top_p.
    """
    if not network.ends:
        return logits, tf.zeros(logits.shape[:1])
    notes, log_odds = network.split_end(logits)
    end = tf.sigmoid(log_odds)
    share = tf.nn.softmax(notes, axis=-1) * (1.0 - end)[:, None]
    above = tf.reduce_sum(tf.where(share > end[:, None], share, 0.0), axis=-1)
    return notes, tf.where(above < top_p, end, 0.0)


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
