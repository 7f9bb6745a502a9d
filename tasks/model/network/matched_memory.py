"""Matched memory: attention to past notes that followed the same notes before.

Predicting note t, every past note j has the score

    s_j = sum_m match[m, L_m] + distance[D] + lag[t - j]        (L and D: match_features.py)

With w_j = exp(s_j), the context vector Linear(sum_j w_j embedding(note j) / sum_j w_j) is added
to the decoder's outputs. Each attribute k has a context vector of its own beside it, of that
attribute's embeddings alone, with the weights

    w_kj = w_j exp(sum_i agree[k, i] [note j has the attribute i < k that note t has])

so that the memory follows what is known of the note as the heads do.

B batch, Q notes to predict, C notes that the network is given, A attributes, H cells, M types of
match.
"""

from collections.abc import Sequence
from typing import NamedTuple

from nocturne.schemas.network_shape import NetworkShape
from nocturne.tasks.model.network import match_features
from nocturne.tasks.model.network.ops import Tensor, Tensors, gather_rows
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import LONGEST_MATCH, SHARPNESS, context_notes

LOWEST = -1e9  # score of a note that the mask leaves out
SMALLEST = 1e-20  # avoids 0/0 where no past note may be attended to


class MemoryAttention(NamedTuple):
    """How much each past note weighs for each note to predict."""

    weight: Tensor  # exp(score - highest score) [B, Q, C], 0 where the mask is False
    ids: Tensor  # of the past notes, int32 [B, C, A]


def attend_window(
    shape: NetworkShape,
    sizes: tuple[int, ...],
    names: tuple[str, ...],
    weights: Tensors,
    ids: Tensor,
) -> MemoryAttention:
    """Attend from every note of the last window of ids int32 [B, C, A] to the notes before it."""
    window, count = shape.window, ids.shape[1]
    keys = match_features.match_keys(names, sizes, ids)
    onset = tf.cumsum(match_features.ticks(names, weights, ids), axis=1)
    earlier, has_earlier = match_features.earlier_onset(onset, keys)
    latest = onset[:, count - window - 1 : -1, None]
    distance = match_features.distance_classes(earlier[:, None], latest, has_earlier[:, None])
    lag = tf.maximum(tf.range(count - window, count)[:, None] - tf.range(count)[None], 0)
    mask = within_reach(shape, keys)[:, None] & (lag > 0)[None]
    lengths = match_features.match_lengths(keys, window)
    return attend(weights, lengths, distance, lag, mask, ids)


def attend_next(
    shape: NetworkShape,
    weights: Tensors,
    position: Tensor,
    ids: Tensor,
    keys: Tensor,
    onset: Tensor,
    lengths: Tensor,
) -> MemoryAttention:
    """Attend from the note at `position` alone (Q = 1) to the notes before it.

    ids int32 [B, C, A], match keys and match lengths [B, C, M], onsets in ticks [B, C].
    """
    earlier, has_earlier = match_features.earlier_onset(onset, keys)
    latest = onset[:, position - 1][:, None]
    distance = match_features.distance_classes(earlier, latest, has_earlier)
    lag = tf.maximum(position - tf.range(keys.shape[1]), 0)
    mask = within_reach(shape, keys) & (lag > 0)[None]
    return attend(weights, lengths[:, None], distance[:, None], lag[None], mask[:, None], ids)


def attend(
    weights: Tensors, lengths: Tensor, distance: Tensor, lag: Tensor, mask: Tensor, ids: Tensor
) -> MemoryAttention:
    """Weigh the notes ids int32 [B, C, A] by their scores.

    Match lengths int32 [B, Q, C, M], distance classes [B, Q, C], lag [Q, C] in notes. `mask`
    [B, Q, C] is False for the notes that may not be attended to.
    """
    feature_index = distance
    for kind in range(lengths.shape[-1]):
        feature_index = feature_index * (LONGEST_MATCH + 1) + lengths[..., kind]
    score = gather_rows(_feature_scores(weights), feature_index) + gather_rows(
        SHARPNESS * weights["memory/lag"], lag
    )
    score = tf.where(mask, score, LOWEST)
    highest = tf.stop_gradient(tf.reduce_max(score, axis=-1, keepdims=True))
    return MemoryAttention(tf.where(mask, tf.exp(score - highest), 0.0), ids)


def _feature_scores(weights: Tensors) -> Tensor:
    """Return the score of every (distance, lengths) in one table.

    One gather and one gradient replace one for each feature.
    """
    table = weights["memory/distance"]
    for lengths in tf.unstack(weights["memory/match"]):
        table = table[..., None] + lengths
    return SHARPNESS * tf.reshape(table, [-1])


def within_reach(shape: NetworkShape, keys: Tensor) -> Tensor:
    """Return which places [B, C] hold a note that is not further back than the memory goes."""
    oldest = context_notes(shape) - shape.memory_notes
    return (keys[..., 0] != match_features.NO_NOTE) & (tf.range(keys.shape[1]) >= oldest)[None]


def context_vector(kernel: Tensor, weight: Tensor, total: Tensor) -> Tensor:
    """Return the weighted mean of embeddings times kernel [E, H]: [B, Q, H]; 0 without notes.

    `total` [B, Q, E] is the sum of embeddings times weights [B, Q, C].
    """
    mean = total / tf.maximum(tf.reduce_sum(weight, axis=-1, keepdims=True), SMALLEST)
    batch, queries, width = mean.shape
    flat = tf.matmul(tf.reshape(mean, [-1, width]), kernel)
    return tf.reshape(flat, [batch, queries, kernel.shape[-1]])


def reweight_by_agreement(
    weights: Tensors, name: str, attention: MemoryAttention, given: Sequence[Tensor]
) -> Tensor:
    """Return the notes' weights [B, Q, C] for attribute `name`.

    `given` are the ids int32 [B, Q] of the attributes before it.
    """
    weight = attention.weight
    for i, known in enumerate(given):
        factor = tf.exp(SHARPNESS * weights[f"memory/agree/{name}"][i])
        weight *= tf.where(known[..., None] == attention.ids[:, None, :, i], factor, 1.0)
    return weight


def sum_by_id(weight: Tensor, ids: Tensor, size: int) -> Tensor:
    """Sum weights [B, Q, C] of notes by their ids int32 [B, C]: [B, Q, size].

    The ids of notes of weight 0 may be `size`.
    """
    batch, queries, _ = weight.shape
    first = size * tf.reshape(tf.range(batch * queries), [batch, queries, 1])
    segment = tf.reshape(first + tf.minimum(ids, size - 1)[:, None], [-1])
    sums = tf.math.unsorted_segment_sum(tf.reshape(weight, [-1]), segment, batch * queries * size)
    return tf.reshape(sums, [batch, queries, size])
