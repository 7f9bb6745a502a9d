"""Rows of a table by id: the product of one-hot vectors and a matrix, without the vectors.

Forward it gathers. Backward it sums rows by id as one matrix product, because a compiled
scatter goes through the ids one by one.
"""

from typing import Any

import tensorflow as tf

from tasks.model.lstm_xla import Tensor


@tf.custom_gradient
def gather_rows(table: Tensor, ids: Tensor) -> Any:
    """Return table [N, D] rows at ids int32 [...]: float32 [..., D]."""
    table = tf.convert_to_tensor(table)

    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        flat = tf.reshape(upstream, [-1, table.shape[1]])
        return tf.matmul(_one_hot(ids, table.shape[0]), flat, transpose_a=True), None

    return tf.gather(table, ids), gradient


@tf.custom_gradient
def gather_values(table: Tensor, ids: Tensor) -> Any:
    """Return table [N] values at ids int32 [...]: float32 [...]; for many ids of a short table."""
    table = tf.convert_to_tensor(table)

    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        flat_ids, flat = tf.reshape(ids, [-1]), tf.reshape(upstream, [-1])
        return tf.math.unsorted_segment_sum(flat, flat_ids, table.shape[0]), None

    return tf.gather(table, ids), gradient


def _one_hot(ids: Tensor, size: int) -> Tensor:
    return tf.one_hot(tf.reshape(ids, [-1]), size)
