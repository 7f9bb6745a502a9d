"""The loop guard: which ids would exceed the limits of repetition (see loop_limits.py).

B batch, C notes that the network is given, A attributes.
"""

from nocturne.tasks.model.network.match_features import PITCH_AND_INTERVAL
from nocturne.tasks.model.network.matched_memory import sum_by_id
from nocturne.tasks.model.network.network import DecoderState, Network
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import (
    PERIODS,
    PITCH_COUNT_REACH,
    WINDOW_REPEAT_REACH,
)
from nocturne.tasks.model.sampling.loop_limits import REPEATED_NOTES


def forbidden(network: Network, decoder: DecoderState, limits: Tensor) -> Tensor:
    """Return which ids [B, size] of the looping attribute would exceed limits int32 [LIMITS]."""
    k = looping_attribute(network.names)
    ids, size = decoder.ids[..., k], network.sizes[k]
    lengths = decoder.match_lengths[..., PITCH_AND_INTERVAL]
    exceeding = tf.zeros([ids.shape[0], size], tf.bool)
    for period in range(1, PERIODS + 1):
        place = decoder.position - period
        at_limit = lengths[:, place] >= limits[period - 1]
        exceeding |= at_limit[:, None] & tf.one_hot(ids[:, place], size, True, False)
    # An id completes a window that was played before where all notes but the last match.
    completes = _recent(decoder, WINDOW_REPEAT_REACH)[None] & (lengths >= REPEATED_NOTES - 1)
    exceeding |= _counts(completes, ids, size) >= limits[PERIODS]
    recent = _recent(decoder, PITCH_COUNT_REACH)[None] & (ids < size)
    return exceeding | (_counts(recent, ids, size) >= limits[PERIODS + 1])


def looping_attribute(names: tuple[str, ...]) -> int:
    """Return the number of the attribute that ends a run: pitch if there is one."""
    return names.index("pitch") if "pitch" in names else 0


def _recent(decoder: DecoderState, reach: int) -> Tensor:
    """Return which places [C] hold the last `reach` notes."""
    place = tf.range(decoder.ids.shape[1])
    return (place < decoder.position) & (place >= decoder.position - reach)


def _counts(mask: Tensor, ids: Tensor, size: int) -> Tensor:
    """Count the notes of the mask [B, C] by their ids int32 [B, C]: int32 [B, size]."""
    ones = tf.cast(mask, tf.float32)[:, None]
    return tf.cast(sum_by_id(ones, ids, size)[:, 0], tf.int32)
