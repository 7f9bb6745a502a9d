"""Near-duplicates are found whatever their key; different songs stay apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.near_duplicates import (
    BLOCK,
    INTERVALS,
    SIMILARITY,
    VALUES,
    near_duplicate_families,
    signatures,
)


def tune(seed: int, notes: int = 200) -> np.ndarray:
    steps = np.random.default_rng(seed).integers(-4, 5, notes)
    return np.clip(60 + np.cumsum(steps), 20, 100).astype(np.uint8)


def signature(pitch: np.ndarray) -> np.ndarray | None:
    return signatures(pitch, [len(pitch)])[0]


def stacked(*tunes: np.ndarray) -> np.ndarray:
    return np.array([signature(pitch) for pitch in tunes])


@settings(max_examples=25, deadline=None)
@given(st.integers(-20, 20), st.integers(0, 10**6))
def test_transposing_leaves_the_signature_alone(semitones: int, seed: int) -> None:
    pitch = tune(seed)
    moved = (pitch.astype(int) + semitones).astype(np.uint8)
    assert np.array_equal(stacked(pitch), stacked(moved))


def test_a_near_duplicate_joins_its_family_and_strangers_do_not() -> None:
    original, other = tune(1), tune(2)
    edited = original.copy()
    edited[100] += 1
    cut = original[10:]
    signatures = stacked(other, original, edited + 3, cut, tune(3))
    assert near_duplicate_families(signatures).tolist() == [0, 1, 1, 1, 4]


def test_the_share_of_equal_values_estimates_jaccard_similarity() -> None:
    one, other = tune(5, 600), np.concatenate([tune(5, 600)[:400], tune(6, 200)])

    def grams(pitch: np.ndarray) -> set[bytes]:
        steps = np.diff(pitch.astype(int))
        return {steps[i : i + INTERVALS].tobytes() for i in range(len(steps) - INTERVALS + 1)}

    true = len(grams(one) & grams(other)) / len(grams(one) | grams(other))
    first, second = stacked(one, other)
    assert abs((first == second).mean() - true) < 3 * (true * (1 - true) / VALUES) ** 0.5


def test_families_that_meet_are_one() -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2**31, VALUES).astype(np.uint32)
    middle, end = base.copy(), base.copy()
    middle[:20] += 1  # shares 44 of 64 with base
    end[:40] += 1  # shares 24 with base, and 44 with middle
    assert (base == end).mean() < SIMILARITY <= (middle == end).mean()
    found = near_duplicate_families(np.array([base, end, middle]))
    assert found.tolist() == [0, 0, 0]


def test_a_song_too_short_for_an_interval_n_gram_has_no_signature() -> None:
    assert signature(tune(1, INTERVALS)) is None
    assert signature(tune(1, INTERVALS + 1)) is not None


def test_songs_that_lie_across_blocks_have_the_signature_that_they_have_alone() -> None:
    lengths = [BLOCK - 3, 9, 3, 2 * BLOCK + 1, INTERVALS, 50]
    songs = [tune(seed, length) for seed, length in enumerate(lengths)]
    together = signatures(np.concatenate(songs), lengths)
    for pitch, found in zip(songs, together, strict=True):
        alone = signature(pitch)
        assert (found is None) == (alone is None) == (len(pitch) <= INTERVALS)
        assert found is None or np.array_equal(found, alone)


def test_signatures_stay_as_they_are_in_published_families() -> None:
    known = signature(tune(1))
    assert known is not None
    assert known[:4].tolist() == [2245594513, 2245594513, 1495271621, 1013316649]
