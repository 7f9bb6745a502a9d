"""Matched memory against its definition, note pair by note pair."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.sequences import Vocabulary
from tasks.model import matched_memory as memory


def _length(codes: list[int], t: int, j: int) -> int:
    """How many notes ending at t-1 equal those ending at j-1, by counting."""
    length = 0
    while length < 15 and j - 1 - length >= 0 and codes[t - 1 - length] == codes[j - 1 - length]:
        if codes[j - 1 - length] == memory.NO_NOTE:
            break
        length += 1
    return length


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=22, max_size=22), st.integers(0, 8))
def test_match_lengths_are_those_counted(codes: list[int], padding: int) -> None:
    codes[:padding] = [memory.NO_NOTE] * padding
    window = 8
    found = memory.match_lengths(tf.constant([codes]), window).numpy()[:, 0]
    for w in range(window):
        t = len(codes) - window + w
        expected = [_length(codes, t, j) for j in range(padding, t)] if codes[t - 1] >= 0 else 0
        np.testing.assert_array_equal(found[w, padding:t], expected)


def test_a_long_repeat_counts_up_to_the_cap() -> None:
    found = memory.match_lengths(tf.constant([[0, 1] * 20]), 2).numpy()
    assert found[0, 0, 36] == 15  # two notes earlier, 36 notes alike
    assert found[0, 0, 37] == 0
    assert found[0, 0, 4] == 4


def test_distance_is_a_whole_number_of_quarters_up_to_48() -> None:
    apart = [0, 240, 480, 960, 481, 48 * 480, 49 * 480, -480]
    onset = tf.constant([[100_000 - ticks for ticks in apart]])
    found = memory.distance_classes(onset, tf.constant([[100_000]]), tf.ones([1, 8], tf.bool))
    assert found.numpy().tolist() == [[0, 0, 1, 2, 0, 48, 0, 0]]
    none = memory.distance_classes(onset, tf.constant([[100_000]]), tf.zeros([1, 8], tf.bool))
    assert none.numpy().tolist() == [[0] * 8]


def test_codes_tell_pitch_and_interval_apart_and_nothing_else(tiny_vocabulary: Vocabulary) -> None:
    notes = [[1, 5, 0, 0], [1, 5, 2, 1], [2, 5, 0, 0], [1, 6, 0, 0], [4, 12, 3, 2]]
    first, same, other_interval, other_pitch, start = memory.codes(
        tiny_vocabulary, tf.constant(notes)
    ).numpy()
    assert first == same
    assert len({first, other_interval, other_pitch}) == 3
    assert start == memory.NO_NOTE


def test_shares_sum_to_one_over_allowed_notes_and_are_zero_without_any() -> None:
    weights = {
        "memory/match": tf.constant([0.0, 2.0]),
        "memory/distance": tf.constant([0.0]),
        "memory/lag": tf.zeros([4]),
    }
    match = tf.constant([[0, 1, 0], [0, 0, 0]])
    zero = tf.zeros([2, 3], tf.int32)
    allowed = tf.constant([[True, True, False], [False, False, False]])
    share = memory.attend(weights, match, zero, zero, allowed).numpy()
    expected = np.exp(2) / (1 + np.exp(2))
    np.testing.assert_allclose(share, [[1 - expected, expected, 0], [0, 0, 0]], atol=1e-6)
