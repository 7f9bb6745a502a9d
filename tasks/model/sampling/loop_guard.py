"""A guard against loops: no short period goes on longer in a sample than in real songs.

The limits come from nocturne.tasks.model.sampling.loop_limits.
"""

import tensorflow as tf

from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.lstm_xla import Tensor
from nocturne.tasks.model.network.match_features import PITCH_AND_INTERVAL
from nocturne.tasks.model.network.matched_memory import by_id
from nocturne.tasks.model.network.trained_model import CROWD_REACH, PERIODS, SHARE_REACH
from nocturne.tasks.model.sampling.decoder_state import DecoderState
from nocturne.tasks.model.sampling.loop_limits import CROWD_NOTES


def forbidden(vocabulary: Vocabulary, desk: DecoderState, limits: Tensor) -> Tensor:
    """Which ids [B, size] of the looping attribute would carry on a run that is at its limit."""
    k = looping_attribute(vocabulary)
    found = tf.zeros([desk.ids.shape[0], vocabulary.sizes[k]], tf.bool)
    for period in range(1, PERIODS + 1):
        at_limit = desk.line[:, desk.at - period, PITCH_AND_INTERVAL] >= limits[period - 1]
        next_id = tf.one_hot(desk.ids[:, desk.at - period, k], vocabulary.sizes[k], True, False)
        found |= at_limit[:, None] & next_id
    found |= _played(desk, k, vocabulary.sizes[k]) >= limits[PERIODS]
    return found | (_shares(desk, k, vocabulary.sizes[k]) >= limits[PERIODS + 1])


def _shares(desk: DecoderState, k: int, size: int) -> Tensor:
    """How many of the last SHARE_REACH notes have each id [B, size]."""
    return _counts(_recent(desk, SHARE_REACH)[None] & (desk.ids[..., k] < size), desk, k, size)


def _played(desk: DecoderState, k: int, size: int) -> Tensor:
    """How often each id [B, size] would complete a window of CROWD_NOTES that was just played."""
    matches = desk.line[..., PITCH_AND_INTERVAL] >= CROWD_NOTES - 1
    return _counts(_recent(desk, CROWD_REACH)[None] & matches, desk, k, size)


def _recent(desk: DecoderState, reach: int) -> Tensor:
    """Which places [C] hold the last `reach` notes."""
    place = tf.range(desk.ids.shape[1])
    return (place < desk.at) & (place >= desk.at - reach)


def _counts(notes: Tensor, desk: DecoderState, k: int, size: int) -> Tensor:
    """How many of these notes [B, C] have each id [B, size]."""
    ones = tf.cast(notes, tf.float32)[:, None]
    return tf.cast(by_id(ones, desk.ids[..., k], size)[:, 0], tf.int32)


def looping_attribute(vocabulary: Vocabulary) -> int:
    """Place of the attribute that ends a run: pitch if there is one."""
    return vocabulary.names.index("pitch") if "pitch" in vocabulary.names else 0
