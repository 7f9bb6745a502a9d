"""Matched memory: a look back at the notes that followed the same notes before.

Predicting note t, every past note j has the score

    s_j = sum_m match[m, L_m] + distance[D] + lag[t - j]        (L and D: tasks.model.matching)

and from these scores the memory says two things:
  its reading  Linear(sum_j softmax(s)_j embedding(note j)), added to the decoder's outputs;
  its word     attribute k is that of note j with weight exp(s_j + sum_i agree[k, i] [note j has
               the attribute i < k that note t has]), so that the heads follow one another here
               too. The word is mixed with the head's own distribution, which a sentinel gives the
               weight exp(sentinel_k(outputs)) (pointer sentinel mixture, Merity et al., 2016).

B batch, Q notes to predict, C notes that the network is given, A attributes, H cells.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from schemas.presets import NetworkShape
from schemas.sequences import Vocabulary
from tasks.model import matching
from tasks.model.gather import gather_rows
from tasks.model.initialise import LONGEST_MATCH, SHARPNESS, context_notes
from tasks.model.lstm_xla import Tensor

LOWEST = -1e9  # score of a note that may not be looked at
SMALLEST = 1e-20  # keeps logarithms finite where no note is in sight

Weights = Mapping[str, Tensor]


class Look(NamedTuple):
    """What the notes to predict see of the notes before them."""

    top: Tensor  # highest score [B, Q]
    weight: Tensor  # exp(score - top) [B, Q, C], 0 for what may not be looked at
    ids: Tensor  # int32 [B, C, A]


def look(
    weights: Weights, match: Tensor, distance: Tensor, lag: Tensor, allowed: Tensor, ids: Tensor
) -> Look:
    """Score the notes: match int32 [B, Q, C, M], distance [B, Q, C], lag [Q, C].

    `allowed` [B, Q, C] says which of the notes ids int32 [B, C, A] may be looked at.
    """
    clue = distance
    for kind in range(match.shape[-1]):
        clue = clue * (LONGEST_MATCH + 1) + match[..., kind]
    score = gather_rows(_of_clues(weights), clue) + gather_rows(
        SHARPNESS * weights["memory/lag"], lag
    )
    score = tf.where(allowed, score, LOWEST)
    top = tf.stop_gradient(tf.reduce_max(score, axis=-1))
    weight = tf.where(allowed, tf.exp(score - top[..., None]), 0.0)
    return Look(top, weight, ids)


def _of_clues(weights: Weights) -> Tensor:
    """Scores of all clues in one table: one gather and one gradient in place of one for each."""
    table = weights["memory/distance"]
    for lengths in tf.unstack(weights["memory/match"]):
        table = table[..., None] + lengths
    return SHARPNESS * tf.reshape(table, [-1])


def look_back(shape: NetworkShape, vocabulary: Vocabulary, weights: Weights, ids: Tensor) -> Look:
    """Look back from every note of the last window of ids int32 [B, C, A]."""
    window, count = shape.window, ids.shape[1]
    codes = matching.codes(vocabulary, ids)
    onset = tf.cumsum(matching.ticks(vocabulary, ids), axis=1)
    before, has_before = matching.earlier(onset, codes)
    latest = onset[:, count - window - 1 : -1, None]
    distance = matching.distance_classes(before[:, None], latest, has_before[:, None])
    lag = tf.maximum(tf.range(count - window, count)[:, None] - tf.range(count)[None], 0)
    allowed = reachable(shape, codes)[:, None] & (lag > 0)[None]
    return look(weights, matching.match_lengths(codes, window), distance, lag, allowed, ids)


def reachable(shape: NetworkShape, codes: Tensor) -> Tensor:
    """Which notes [B, C] are notes at all and not further back than the memory goes."""
    oldest = context_notes(shape) - shape.memory_notes
    return (codes[..., 0] != matching.NO_NOTE) & (tf.range(codes.shape[1]) >= oldest)[None]


def reading(weights: Weights, seen: Look, total: Tensor) -> Tensor:
    """What is read, [B, Q, H], from the weighted sum of embedded notes [B, Q, E]."""
    mass = tf.reduce_sum(seen.weight, axis=-1, keepdims=True)
    mean = total / tf.maximum(mass, SMALLEST)
    batch, queries, width = mean.shape
    flat = tf.matmul(tf.reshape(mean, [-1, width]), weights["memory/context"])
    return tf.reshape(flat + weights["memory/context_bias"], [batch, queries, flat.shape[-1]])


def agreeing(weights: Weights, name: str, seen: Look, given: Sequence[Tensor]) -> Tensor:
    """Weights [B, Q, C] of the notes' word on attribute `name`.

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


def mixed(own: Tensor, sentinel: Tensor, top: Tensor, mass: Tensor, said: Tensor) -> Tensor:
    """Logarithm of the mixture of a head's own probability and the memory's word.

    own: logarithm of the head's own; sentinel: logarithm of its weight; mass: weight of all
    notes, and said: of those that say this id, both times exp(-top).
    """
    whole = _log_sum(sentinel, top + tf.math.log(mass + SMALLEST))
    return _log_sum(sentinel + own, top + tf.math.log(said + SMALLEST)) - whole


def _log_sum(one: Tensor, other: Tensor) -> Tensor:
    """log(exp(one) + exp(other))."""
    return tf.maximum(one, other) + tf.math.softplus(-tf.abs(one - other))
