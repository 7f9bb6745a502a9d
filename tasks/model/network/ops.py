"""Tensors, and rows of a table by id: one-hot vectors times a matrix, without the vectors."""

from collections.abc import Mapping
from typing import Any

from nocturne.tasks.model.network.quiet_tensorflow import tf

Tensor = Any  # tensorflow ships no usable types
Tensors = Mapping[str, Tensor]  # weights and tables by name


@tf.custom_gradient
def gather_rows(table: Tensor, ids: Tensor) -> Any:
    """Return the rows of table [N, ...] at ids int32 [...]: float32 [..., ...].

    The gradient sums rows by id in one compiled pass, so it costs what the gather costs,
    where a product with one-hot vectors grows with N.
    """
    table = tf.convert_to_tensor(table)

    def gradient(upstream: Tensor) -> tuple[Tensor, None]:
        flat = tf.reshape(upstream, [-1, *table.shape[1:]])
        return tf.math.unsorted_segment_sum(flat, tf.reshape(ids, [-1]), table.shape[0]), None

    return tf.gather(table, ids), gradient
