"""The loop guard: which ids a sample may not take next, since they would exceed a limit.

loop_limits.py says what the limits are.
"""

from nocturne.tasks.model.network.match_features import PITCH_AND_INTERVAL
from nocturne.tasks.model.network.matched_memory import sum_by_id
from nocturne.tasks.model.network.network import DecoderState, Network
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.trained_model import PERIODS, PITCH_REACH, REPEAT_REACH
from nocturne.tasks.model.quiet_tensorflow import tf
from nocturne.tasks.model.sampling.loop_limits import REPEAT_WINDOW


def forbidden(network: Network, decoder: DecoderState, limits: Tensor) -> Tensor:
    """Return which ids [B, size] of the looping attribute would exceed a limit: bool."""
    k = looping_attribute(network.names)
    size = network.sizes[k]
    found = tf.zeros([decoder.ids.shape[0], size], tf.bool)
    for period in range(1, PERIODS + 1):
        at_limit = (
            decoder.match_lengths[:, decoder.position - period, PITCH_AND_INTERVAL]
            >= limits[period - 1]
        )
        next_id = tf.one_hot(decoder.ids[:, decoder.position - period, k], size, True, False)
        found |= at_limit[:, None] & next_id
    found |= _window_repeats(decoder, k, size) >= limits[PERIODS]
    return found | (_pitch_counts(decoder, k, size) >= limits[PERIODS + 1])


def _pitch_counts(decoder: DecoderState, k: int, size: int) -> Tensor:
    """Return how many of the last PITCH_REACH notes have each id: [B, size]."""
    real = decoder.ids[..., k] < size
    return _count_by_id(_recent(decoder, PITCH_REACH)[None] & real, decoder, k, size)


def _window_repeats(decoder: DecoderState, k: int, size: int) -> Tensor:
    """Return how many recent windows of REPEAT_WINDOW notes each id [B, size] would repeat."""
    matches = decoder.match_lengths[..., PITCH_AND_INTERVAL] >= REPEAT_WINDOW - 1
    return _count_by_id(_recent(decoder, REPEAT_REACH)[None] & matches, decoder, k, size)


def _recent(decoder: DecoderState, reach: int) -> Tensor:
    """Return which positions [C] hold the last `reach` notes."""
    position = tf.range(decoder.ids.shape[1])
    return (position < decoder.position) & (position >= decoder.position - reach)


def _count_by_id(notes: Tensor, decoder: DecoderState, k: int, size: int) -> Tensor:
    """Count by their ids the notes that are true in bool [B, C]: int32 [B, size]."""
    ones = tf.cast(notes, tf.float32)[:, None]
    return tf.cast(sum_by_id(ones, decoder.ids[..., k], size)[:, 0], tf.int32)


def looping_attribute(names: tuple[str, ...]) -> int:
    """Return the number of the attribute whose id continues a run: pitch if there is one."""
    return names.index("pitch") if "pitch" in names else 0
