"""The decoder's state as a sample grows: its first value, and what a further note changes.

A window begins with the encoder reading the notes before it. Each further note is appended to the
state, which keeps the notes' onsets and match lengths for the matched memory and the loop guard,
so that the network predicts exactly what it predicts for a whole window at once.
"""

from nocturne.tasks.model.network import match_features
from nocturne.tasks.model.network.network import DecoderState, Network, State
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf


def initial_state(
    network: Network, weights: Tensors, history: Tensor, state: State
) -> DecoderState:
    """Return the decoder state of a window that follows history int32 [B, context, A]."""
    start = tf.constant(network.sizes, tf.int32)
    empty = tf.zeros_like(history[:, :1]) + start
    ids = tf.concat([history, tf.repeat(empty, network.shape.window, axis=1)], 1)
    keys = match_features.match_keys(network.names, network.sizes, ids)
    lengths = (
        match_features.first_match_lengths(keys, network.context)
        if network.shape.memory_notes
        else tf.zeros_like(keys)
    )
    onset = tf.cumsum(match_features.ticks(network.names, weights, ids), axis=1)
    return DecoderState(tf.constant(network.context), state, ids, keys, onset, lengths)


def append_note(
    network: Network, weights: Tensors, decoder: DecoderState, state: State, note: Tensor
) -> DecoderState:
    """Append note int32 [B, A] to the decoder state; `state` is the network's after reading."""
    position = decoder.position
    key = match_features.match_keys(network.names, network.sizes, note)
    interval = match_features.ticks(network.names, weights, note)
    keys = _replace(decoder.match_keys, position, key)
    return DecoderState(
        position + 1,
        state,
        _replace(decoder.ids, position, note),
        keys,
        _replace(decoder.onset, position, decoder.onset[:, position - 1] + interval),
        match_features.next_match_lengths(decoder.match_lengths, keys, key),
    )


def _replace(values: Tensor, position: Tensor, value: Tensor) -> Tensor:
    """Return values [B, C, ...] with value [B, ...] at `position` of C."""
    places = tf.range(values.shape[1]) == position
    mask = tf.reshape(places, [1, -1] + [1] * (len(values.shape) - 2))
    return tf.where(mask, value[:, None], values)
