"""A guard against loops: no short period goes on longer in a sample than in real songs.

The limits come from nocturne.tasks.model.sampling.loop_limits.
"""

from nocturne.tasks.model.network.match_features import PITCH_AND_INTERVAL
from nocturne.tasks.model.network.matched_memory import sum_by_id
from nocturne.tasks.model.network.network import DecoderState, Network
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.trained_model import CROWD_REACH, PERIODS, SHARE_REACH
from nocturne.tasks.model.quiet_tensorflow import tf
from nocturne.tasks.model.sampling.loop_limits import CROWD_NOTES


def forbidden(network: Network, decoder: DecoderState, limits: Tensor) -> Tensor:
    """Which ids [B, size] of the looping attribute would carry on a run that is at its limit."""
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
    found |= _played(decoder, k, size) >= limits[PERIODS]
    return found | (_shares(decoder, k, size) >= limits[PERIODS + 1])


def _shares(decoder: DecoderState, k: int, size: int) -> Tensor:
    """How many of the last SHARE_REACH notes have each id [B, size]."""
    return _counts(
        _recent(decoder, SHARE_REACH)[None] & (decoder.ids[..., k] < size), decoder, k, size
    )


def _played(decoder: DecoderState, k: int, size: int) -> Tensor:
    """How often each id [B, size] would complete a window of CROWD_NOTES that was just played."""
    matches = decoder.match_lengths[..., PITCH_AND_INTERVAL] >= CROWD_NOTES - 1
    return _counts(_recent(decoder, CROWD_REACH)[None] & matches, decoder, k, size)


def _recent(decoder: DecoderState, reach: int) -> Tensor:
    """Which places [C] hold the last `reach` notes."""
    place = tf.range(decoder.ids.shape[1])
    return (place < decoder.position) & (place >= decoder.position - reach)


def _counts(notes: Tensor, decoder: DecoderState, k: int, size: int) -> Tensor:
    """How many of these notes [B, C] have each id [B, size]."""
    ones = tf.cast(notes, tf.float32)[:, None]
    return tf.cast(sum_by_id(ones, decoder.ids[..., k], size)[:, 0], tf.int32)


def looping_attribute(names: tuple[str, ...]) -> int:
    """Place of the attribute that ends a run: pitch if there is one."""
    return names.index("pitch") if "pitch" in names else 0
