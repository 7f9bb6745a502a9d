"""Matched memory: a look back at the notes that followed the same notes before.

Predicting note t, every past note j has the score

    s_j = sum_m match[m, L_m] + distance[D] + lag[t - j]        (L and D: match_features.py)

With w_j = exp(s_j), the memory's reading Linear(sum_j w_j embedding(note j) / sum_j w_j) is added
to the decoder's outputs. Each attribute k has a reading of its own beside it, of that attribute's
embeddings alone, with the weights

    w_kj = w_j exp(sum_i agree[k, i] [note j has the attribute i < k that note t has])

so that the memory follows what is known of the note as the heads do.

B batch, Q notes to predict, C notes that the network is given, A attributes, H cells.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network import match_features
from nocturne.tasks.model.network.initialise import LONGEST_MATCH, SHARPNESS, context_notes
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.network.ops import gather_rows

LOWEST = -1e9  # score of a note that may not be looked at
SMALLEST = 1e-20  # divides nothing by more than nothing where no note is in sight

Weights = Mapping[str, Tensor]


class MemoryAttention(NamedTuple):
    """What the notes to predict see of the notes before them."""

    weight: Tensor  # exp(score - highest score) [B, Q, C], 0 for what may not be looked at
    ids: Tensor  # int32 [B, C, A]


def look(
    weights: Weights, match: Tensor, distance: Tensor, lag: Tensor, allowed: Tensor, ids: Tensor
) -> MemoryAttention:
    """Score the notes: match int32 [B, Q, C, M], distance [B, Q, C], lag [Q, C].

    `allowed` [B, Q, C] says which of the notes ids int32 [B, C, A] may be looked at.
    """
    feature_index = distance
    for kind in range(match.shape[-1]):
        feature_index = feature_index * (LONGEST_MATCH + 1) + match[..., kind]
    score = gather_rows(_of_clues(weights), feature_index) + gather_rows(
        SHARPNESS * weights["memory/lag"], lag
    )
    score = tf.where(allowed, score, LOWEST)
    highest = tf.stop_gradient(tf.reduce_max(score, axis=-1, keepdims=True))
    return MemoryAttention(tf.where(allowed, tf.exp(score - highest), 0.0), ids)


def _of_clues(weights: Weights) -> Tensor:
    """Scores of all clues in one table: one gather and one gradient in place of one for each."""
    table = weights["memory/distance"]
    for lengths in tf.unstack(weights["memory/match"]):
        table = table[..., None] + lengths
    return SHARPNESS * tf.reshape(table, [-1])


def look_back(
    shape: NetworkShape, vocabulary: Vocabulary, weights: Weights, ids: Tensor
) -> MemoryAttention:
    """Look back from every note of the last window of ids int32 [B, C, A]."""
    window, count = shape.window, ids.shape[1]
    codes = match_features.codes(vocabulary, ids)
    onset = tf.cumsum(match_features.ticks(vocabulary, ids), axis=1)
    before, has_before = match_features.earlier(onset, codes)
    latest = onset[:, count - window - 1 : -1, None]
    distance = match_features.distance_classes(before[:, None], latest, has_before[:, None])
    lag = tf.maximum(tf.range(count - window, count)[:, None] - tf.range(count)[None], 0)
    allowed = reachable(shape, codes)[:, None] & (lag > 0)[None]
    return look(weights, match_features.match_lengths(codes, window), distance, lag, allowed, ids)


def reachable(shape: NetworkShape, codes: Tensor) -> Tensor:
    """Which notes [B, C] are notes at all and not further back than the memory goes."""
    oldest = context_notes(shape) - shape.memory_notes
    return (codes[..., 0] != match_features.NO_NOTE) & (tf.range(codes.shape[1]) >= oldest)[None]


def reading(kernel: Tensor, weight: Tensor, total: Tensor) -> Tensor:
    """What is read, [B, Q, H], by kernel [E, H]; nothing where no note is in sight.

    `total` [B, Q, E] is the sum of embeddings times weights [B, Q, C].
    """
    mean = total / tf.maximum(tf.reduce_sum(weight, axis=-1, keepdims=True), SMALLEST)
    batch, queries, width = mean.shape
    flat = tf.matmul(tf.reshape(mean, [-1, width]), kernel)
    return tf.reshape(flat, [batch, queries, kernel.shape[-1]])


def agreeing(weights: Weights, name: str, seen: MemoryAttention, given: Sequence[Tensor]) -> Tensor:
    """Weights [B, Q, C] of the notes for attribute `name`.

    `given` are the ids int32 [B, Q] of the attributes before it.
    """
    weight = seen.weight
    for i, known in enumerate(given):
        factor = tf.exp(SHARPNESS * weights[f"memory/agree/{name}"][i])
        weight *= tf.where(known[..., None] == seen.ids[:, None, :, i], factor, 1.0)
    return weight


def by_id(weight: Tensor, ids: Tensor, size: int) -> Tensor:
    """Sum weights [B, Q, C] of notes by their ids int32 [B, C]: [B, Q, size].

    The ids of notes that weigh nothing may be `size`.
    """
    batch, queries, _ = weight.shape
    first = size * tf.reshape(tf.range(batch * queries), [batch, queries, 1])
    place = tf.reshape(first + tf.minimum(ids, size - 1)[:, None], [-1])
    sums = tf.math.unsorted_segment_sum(tf.reshape(weight, [-1]), place, batch * queries * size)
    return tf.reshape(sums, [batch, queries, size])
