"""Matches and distances against their definitions, note pair by note pair."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network import match_features


def _length(keys: list[int], t: int, j: int) -> int:
    """How many notes ending at t-1 equal those ending at j-1, by counting."""
    length = 0
    while length < 15 and j - 1 - length >= 0 and keys[t - 1 - length] == keys[j - 1 - length]:
        if keys[j - 1 - length] == match_features.NO_NOTE:
            break
        length += 1
    return length


def _lengths(keys: list[int], window: int) -> NDArray[np.int32]:
    """Match lengths [window, C] of one type in one song."""
    found = match_features.match_lengths(tf.constant(keys)[None, :, None], window)
    return np.asarray(found[0, ..., 0])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=22, max_size=22), st.integers(0, 8))
def test_match_lengths_are_those_counted(keys: list[int], padding: int) -> None:
    keys[:padding] = [match_features.NO_NOTE] * padding
    window = 8
    found = _lengths(keys, window)
    for w in range(window):
        t = len(keys) - window + w
        expected = [_length(keys, t, j) for j in range(padding, t)] if keys[t - 1] >= 0 else 0
        np.testing.assert_array_equal(found[w, padding:t], expected)


def test_a_long_repeat_counts_up_to_the_cap() -> None:
    found = _lengths([0, 1] * 20, 2)
    assert found[0, 36] == 15  # two notes earlier, 36 notes alike
    assert found[0, 37] == 0
    assert found[0, 4] == 4


def test_distance_is_a_whole_number_of_quarters_up_to_48() -> None:
    apart = [0, 240, 480, 960, 481, 48 * 480, 49 * 480, -480]
    onset = tf.constant([[100_000 - ticks for ticks in apart]])
    found = match_features.distance_classes(
        onset, tf.constant([[100_000]]), tf.ones([1, 8], tf.bool)
    )
    assert found.numpy().tolist() == [[0, 0, 1, 2, 0, 48, 0, 0]]
    none = match_features.distance_classes(
        onset, tf.constant([[100_000]]), tf.zeros([1, 8], tf.bool)
    )
    assert none.numpy().tolist() == [[0] * 8]


def test_keys_tell_apart_what_each_type_of_match_compares(
    tiny_vocabulary: Vocabulary,
) -> None:
    notes = [[1, 5, 0, 0], [1, 5, 2, 1], [2, 5, 0, 0], [1, 6, 0, 0], [4, 12, 3, 2]]
    found = match_features.match_keys(
        tiny_vocabulary.names, tiny_vocabulary.sizes, tf.constant(notes)
    ).numpy()
    alike = (found == found[0]).T.tolist()
    assert alike == [
        [True, True, False, False, False],  # pitch and interval
        [True, False, False, False, False],  # everything
        [True, True, True, False, False],  # pitch
    ]
    assert found[4].tolist() == [match_features.NO_NOTE] * 3
