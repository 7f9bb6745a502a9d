import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.categories.codebook import Histogram, cluster, nearest, nearest_table


def test_a_histogram_counts_and_gathers_what_is_over_its_limit() -> None:
    histogram = Histogram(4)
    histogram.add(np.array([0, 2, 2, 9]))
    histogram.add(np.array([4, 1]))
    assert histogram.counts.tolist() == [1, 1, 2, 0, 2]


def test_few_distinct_values_are_kept_exactly() -> None:
    counts = np.bincount([3, 3, 7, 20])
    assert cluster(counts, 3).tolist() == [3, 7, 20]
    assert cluster(counts, 32).tolist() == [3, 7, 20]


def test_no_values_give_no_entries() -> None:
    assert cluster(np.zeros(5, np.int64), 3).tolist() == []


def test_clusters_are_stood_for_by_their_most_frequent_value() -> None:
    counts = np.bincount([10, 10, 10, 11, 12, 100, 101, 101, 101, 104])
    assert cluster(counts, 2).tolist() == [10, 101]


def test_of_equally_frequent_values_the_one_nearest_the_mean_wins() -> None:
    assert cluster(np.bincount([10, 11, 13, 500]), 2).tolist() == [11, 500]


@given(values=st.lists(st.integers(0, 300), min_size=1, max_size=60), size=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_entries_are_distinct_rising_values_that_occurred(values: list[int], size: int) -> None:
    entries = cluster(np.bincount(values), size).tolist()
    assert 1 <= len(entries) <= size
    assert entries == sorted(set(entries))
    assert set(entries) <= set(values)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_come_near_the_best_of_all_partitions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.sort(rng.choice(200, 12, replace=False))

    def cost(entries: list[int]) -> int:
        return int((np.abs(values[:, None] - np.array(entries)).min(axis=1) ** 2).sum())

    best = min(cost(list(entries)) for entries in itertools.combinations(values.tolist(), 4))
    assert cost(cluster(np.bincount(values), 4).tolist()) <= 2.5 * best


@given(book=st.lists(st.integers(0, 90), min_size=1, max_size=9, unique=True))
@settings(max_examples=60, deadline=None)
def test_nearest_agrees_with_brute_force(book: list[int]) -> None:
    entries = np.array(sorted(book))
    values = np.arange(120)
    brute = np.abs(values[:, None] - entries).argmin(axis=1)  # of equals the first
    assert nearest(entries, values).tolist() == brute.tolist()
    assert nearest_table(entries).tolist() == brute[: entries[-1] + 1].tolist()
