"""The longest shared run, against trying every pair of places."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.metrics.copied_runs import longest_shared_runs

parts = st.lists(st.lists(st.integers(-2, 2), max_size=14), min_size=1, max_size=5)


def by_definition(piece: list[int], training: list[list[int]]) -> int:
    runs = {tuple(s[i:j]) for s in training for i in range(len(s)) for j in range(i, len(s) + 1)}
    spans = [(i, j) for i in range(len(piece)) for j in range(i, len(piece) + 1)]
    return max((j - i for i, j in spans if tuple(piece[i:j]) in runs), default=0)


@settings(max_examples=80, deadline=None)
@given(parts, parts)
def test_equals_the_definition(pieces: list[list[int]], training: list[list[int]]) -> None:
    arrays = [[np.array(one, np.int64) for one in many] for many in (pieces, training)]
    found = longest_shared_runs(*arrays)
    assert found.tolist() == [by_definition(piece, training) for piece in pieces]


def test_a_run_ends_with_its_song() -> None:
    training = [np.array([1, 2, 3]), np.array([4, 5, 6])]
    pieces = [np.array([0, 1, 2, 3, 4, 5, 6, 0]), np.array([9, 9]), np.array([4, 5, 6])]
    assert longest_shared_runs(pieces, training).tolist() == [3, 0, 3]


def test_pieces_do_not_match_each_other() -> None:
    piece = np.arange(100, 120)
    assert longest_shared_runs([piece, piece], [np.arange(5)]).tolist() == [0, 0]


def test_a_long_copy_is_found_whole_in_a_large_corpus() -> None:
    rng = np.random.default_rng(0)
    training = [rng.integers(0, 400, 200) for _ in range(500)]
    piece = rng.integers(0, 400, 300)
    piece[50:183] = training[321][40:173]
    assert longest_shared_runs([piece, piece[:60]], training).tolist() == [133, 10]


def test_nothing_to_copy_from() -> None:
    assert longest_shared_runs([np.arange(3)], []).tolist() == [0]
    assert longest_shared_runs([], [np.arange(3)]).tolist() == []
