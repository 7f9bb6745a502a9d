"""What the guard forbids: windows that repeat too often and pitches that occur too often."""

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.network import network_of, tables
from nocturne.tasks.model.network.trained_model import (
    NO_PITCH_COUNT_LIMIT,
    NO_WINDOW_REPEAT_LIMIT,
    PERIODS,
    UNLIMITED,
    WINDOW_REPEAT_REACH,
)
from nocturne.tasks.model.sampling import decoder_state, loop_guard

CONTEXT = 200
PHRASE = [1, 2, 3, 4, 5]  # pitches


def _forbidden(
    shape: NetworkShape,
    vocabulary: Vocabulary,
    pitches: NDArray[np.int32],
    repeats: int,
    count: int,
) -> list[int]:
    """Pitches that may not follow these, the last of which are the network's context."""
    network = network_of(shape.model_copy(update={"memory_notes": CONTEXT}), vocabulary)
    history = np.zeros((1, CONTEXT, 4), np.int32)
    history[0, :, 1] = pitches[-CONTEXT:]
    decoder = decoder_state.initial_state(
        network, tables(vocabulary), tf.constant(history), network.zero_state(1)
    )
    limits = tf.constant([*[UNLIMITED] * PERIODS, repeats, count])
    return np.flatnonzero(loop_guard.forbidden(network, decoder, limits)[0]).tolist()


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("repeats", [1, 2, 3])
def test_a_window_may_be_played_as_often_as_the_limit_says(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, times: int, repeats: int
) -> None:
    pitches = np.tile([6, 7, 8, 9, 10, 11, 0], 30).astype(np.int32)[:CONTEXT]
    for time in range(times):
        pitches[-40 - 20 * time :][:5] = PHRASE
    pitches[-4:] = PHRASE[:-1]
    found = _forbidden(tiny_shape, tiny_vocabulary, pitches, repeats, NO_PITCH_COUNT_LIMIT)
    assert found == ([PHRASE[-1]] if times >= repeats else [])


@pytest.mark.parametrize(
    "notes_ago", [WINDOW_REPEAT_REACH - 1, WINDOW_REPEAT_REACH, WINDOW_REPEAT_REACH + 1]
)
def test_what_was_played_longer_ago_does_not_count(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, notes_ago: int
) -> None:
    pitches = np.random.default_rng(0).integers(6, 12, CONTEXT).astype(np.int32)
    pitches[CONTEXT - notes_ago - 4 :][:5] = PHRASE  # its last note lies so many notes back
    pitches[-4:] = PHRASE[:-1]
    found = _forbidden(tiny_shape, tiny_vocabulary, pitches, 1, NO_PITCH_COUNT_LIMIT)
    assert found == ([PHRASE[-1]] if notes_ago <= WINDOW_REPEAT_REACH else [])


def test_a_pitch_at_its_limit_is_forbidden(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> None:
    pitches = np.arange(CONTEXT, dtype=np.int32) % 10  # 6 or 7 times each in 64 notes
    found = _forbidden(tiny_shape, tiny_vocabulary, pitches, NO_WINDOW_REPEAT_LIMIT, 7)
    last = pitches[-64:]
    assert found == [p for p in range(12) if (last == p).sum() >= 7]
    assert 0 < len(found) < 10
