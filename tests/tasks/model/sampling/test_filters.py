"""Filters of the logits: exact sets for small logits."""

import pytest
import tensorflow as tf

from nocturne.tasks.model.sampling import filters

LOGITS = tf.math.log([[0.15, 0.5, 0.05, 0.3]])


def kept(logits: tf.Tensor) -> list[bool]:
    return (logits.numpy()[0] > -1e8).tolist()


@pytest.mark.parametrize(
    ("top_p", "expected"),
    [
        (0.4, [False, True, False, False]),
        (0.6, [False, True, False, True]),
        (0.9, [True, True, False, True]),
        (1.0, [True, True, True, True]),
    ],
)
def test_top_p_keeps_the_smallest_set_with_that_mass(top_p: float, expected: list[bool]) -> None:
    assert kept(filters.nucleus(LOGITS, tf.constant(top_p))) == expected


@pytest.mark.parametrize(
    ("top_k", "expected"),
    [
        (1, [False, True, False, False]),
        (3, [True, True, False, True]),
        (4, [True, True, True, True]),
        (999, [True, True, True, True]),
    ],
)
def test_top_k_keeps_so_many(top_k: int, expected: list[bool]) -> None:
    assert kept(filters.most_likely(LOGITS, tf.constant(top_k))) == expected


@pytest.mark.parametrize(
    ("min_p", "expected"),
    [
        (0.05, [True, True, True, True]),
        (0.2, [True, True, False, True]),
        (0.5, [False, True, False, True]),
        (1.0, [False, True, False, False]),
    ],
)
def test_min_p_keeps_what_is_likely_enough(min_p: float, expected: list[bool]) -> None:
    assert kept(filters.likely_enough(LOGITS, tf.constant(min_p))) == expected


def test_filters_follow_one_another() -> None:
    parameters = {"top_k": tf.constant(3), "top_p": tf.constant(0.6), "min_p": tf.constant(0.7)}
    both = filters.Filters(top_k=True, top_p=True, min_p=True).keep(LOGITS, parameters)
    none = filters.Filters(top_k=False, top_p=False, min_p=False).keep(LOGITS, parameters)
    assert kept(both) == [False, True, False, False]  # the mass of the three left is 0.95
    assert none is LOGITS
