"""Filters of the logits: which of the likely categories are drawn from. B batch."""

from typing import NamedTuple

from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.sampling.constraints import LOWEST


class Filters(NamedTuple):
    """Which filters a compiled function has; their parameters are its arguments."""

    top_k: bool
    top_p: bool
    min_p: bool

    def keep(self, logits: Tensor, parameters: dict[str, Tensor]) -> Tensor:
        """Return logits [B, size] with LOWEST for all categories that a filter leaves out."""
        if self.top_k:
            logits = most_likely(logits, parameters["top_k"])
        if self.top_p:
            logits = nucleus(logits, parameters["top_p"])
        return likely_enough(logits, parameters["min_p"]) if self.min_p else logits


def most_likely(logits: Tensor, top_k: Tensor) -> Tensor:
    """Keep only the top_k most likely categories, and those as likely (Fan et al., 2018)."""
    ordered = tf.sort(logits, axis=-1, direction="DESCENDING")
    last = tf.minimum(top_k, logits.shape[-1]) - 1
    return tf.where(logits >= tf.gather(ordered, [last], axis=-1), logits, LOWEST)


def nucleus(logits: Tensor, top_p: Tensor) -> Tensor:
    """Keep only the most likely categories up to the mass top_p (Holtzman et al., 2020)."""
    ordered = tf.sort(logits, axis=-1, direction="DESCENDING")
    share = tf.nn.softmax(ordered, axis=-1)
    kept = tf.cumsum(share, axis=-1, exclusive=True) < top_p  # always the most likely one
    lowest = tf.reduce_min(tf.where(kept, ordered, tf.float32.max), axis=-1, keepdims=True)
    return tf.where(logits >= lowest, logits, LOWEST)


def likely_enough(logits: Tensor, min_p: Tensor) -> Tensor:
    """Keep only categories at least min_p as likely as the likeliest (Nguyen et al., 2024)."""
    most = tf.reduce_max(logits, axis=-1, keepdims=True)
    return tf.where(logits >= most + tf.math.log(min_p), logits, LOWEST)
