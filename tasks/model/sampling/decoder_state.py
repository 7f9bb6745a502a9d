"""The network one note at a time, giving exactly what it gives a whole window at once.

A window begins with the encoder reading the notes before it. Each step then reads the last
note, and the memory's match lengths and onsets are kept up by one line.
"""

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf

from nocturne.tasks.model.network import match_features, matched_memory
from nocturne.tasks.model.network.encoder_decoder import Network, State, nothing_dropped
from nocturne.tasks.model.network.heads import HeadInputs, Memory
from nocturne.tasks.model.network.lstm_xla import Tensor, cell_step, doubled

Weights = Mapping[str, Tensor]


class DecoderState(NamedTuple):
    """All that changes from note to note. C = context + window places, filled up to `at`."""

    at: Tensor  # place of the next note, int32 scalar
    state: State
    ids: Tensor  # int32 [B, C, A]; places from `at` on hold the start symbol
    codes: Tensor  # int32 [B, C, M]
    onset: Tensor  # ticks, int32 [B, C]
    line: Tensor  # match lengths for predicting the next note, int32 [B, C, M]


def encoded(network: Network, weights: Weights, history: Tensor) -> State:
    """State after reading the last window of history int32 [B, context, A]."""
    window = tf.transpose(history[:, -network.shape.window :], [1, 0, 2])
    return network.encode(weights, network.embed(weights, window))


def begin(network: Network, history: Tensor, state: State) -> DecoderState:
    """Lay out a window that follows history int32 [B, context, A], from a decoder state."""
    start = tf.constant(network.vocabulary.sizes, tf.int32)
    empty = tf.zeros_like(history[:, :1]) + start
    ids = tf.concat([history, tf.repeat(empty, network.shape.window, axis=1)], 1)
    codes = match_features.codes(network.vocabulary, ids)
    line = (
        match_features.first_match_line(codes, network.context)
        if network.shape.memory_notes
        else tf.zeros_like(codes)
    )
    onset = tf.cumsum(match_features.ticks(network.vocabulary, ids), axis=1)
    return DecoderState(tf.constant(network.context), state, ids, codes, onset, line)


def read(network: Network, weights: Weights, desk: DecoderState) -> tuple[HeadInputs, State]:
    """Read the last note: what the heads go by for the next one (Q = 1), and the new state."""
    inputs, final = network.embed(weights, desk.ids[:, desk.at - 1]), []
    for index, (h, c) in enumerate(desk.state):
        kernel, recurrent, bias = (
            weights[f"decoder/{index}/{name}"] for name in ("kernel", "recurrent", "bias")
        )
        sums = tf.matmul(inputs, kernel) + bias + tf.matmul(h, recurrent)
        _, inputs, cell = cell_step(doubled(sums), c)
        final.append((inputs, cell))
    if not network.shape.memory_notes:
        return HeadInputs(inputs[:, None], None, nothing_dropped), tuple(final)
    remembered = _remembered(network, weights, desk)
    weight = remembered.seen.weight
    every = tf.concat([remembered.total(k, weight) for k in range(desk.ids.shape[-1])], -1)
    outputs = inputs[:, None] + matched_memory.reading(weights["memory/context"], weight, every)
    return HeadInputs(outputs, remembered, nothing_dropped), tuple(final)


def _remembered(network: Network, weights: Weights, desk: DecoderState) -> Memory:
    """Sums embeddings by id first: for a single note that is less than all notes' embeddings."""
    vocabulary = network.vocabulary

    def total(k: int, weight: Tensor) -> Tensor:
        size, table = vocabulary.sizes[k], weights[f"embed/{vocabulary.names[k]}"]
        return tf.matmul(matched_memory.by_id(weight, desk.ids[..., k], size), table[:size])

    return Memory(_look_back(network, weights, desk), total)


def _look_back(
    network: Network, weights: Weights, desk: DecoderState
) -> matched_memory.MemoryAttention:
    before, has_before = match_features.earlier(desk.onset, desk.codes)
    latest = desk.onset[:, desk.at - 1][:, None]
    distance = match_features.distance_classes(before, latest, has_before)
    lag = tf.maximum(desk.at - tf.range(desk.codes.shape[1]), 0)
    allowed = matched_memory.reachable(network.shape, desk.codes) & (lag > 0)[None]
    return matched_memory.look(
        weights, desk.line[:, None], distance[:, None], lag[None], allowed[:, None], desk.ids
    )


def taken(network: Network, desk: DecoderState, state: State, note: Tensor) -> DecoderState:
    """Lay note int32 [B, A] down as the next one."""
    code = match_features.codes(network.vocabulary, note)
    latest = desk.onset[:, desk.at - 1] + match_features.ticks(network.vocabulary, note)
    codes = _put(desk.codes, desk.at, code)
    return DecoderState(
        desk.at + 1,
        state,
        _put(desk.ids, desk.at, note),
        codes,
        _put(desk.onset, desk.at, latest),
        match_features.next_match_line(desk.line, codes, code),
    )


def _put(places: Tensor, at: Tensor, value: Tensor) -> Tensor:
    """Places [B, C, ...] with value [B, ...] at place `at`."""
    here = tf.reshape(tf.range(places.shape[1]) == at, [1, -1] + [1] * (len(places.shape) - 2))
    return tf.where(here, value[:, None], places)
