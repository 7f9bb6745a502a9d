"""Primers from held-out songs and what is taken up from them."""

import numpy as np
import pytest

from nocturne.schemas.errors import CorpusError
from nocturne.tasks.music.metrics import evaluate_uptake, primed
from tests.tasks.music.metrics.music import VOCABULARY, ids_of, random_ids, split_of


def test_primers_are_followed_by_their_own_continuation() -> None:
    songs = [random_ids(seed, length) for seed, length in enumerate((100, 39, 45))]
    real = primed(split_of(songs), primer_notes=20, notes=50)
    assert real.primers.shape == (5, 20, 4)
    assert [len(after) for after in real.continuations] == [50, 50, 40, 20, 25]
    np.testing.assert_array_equal(real.primers[1], songs[0][20:40])
    np.testing.assert_array_equal(real.continuations[1], songs[0][40:90])
    np.testing.assert_array_equal(real.continuations[4], songs[2][20:])


def test_at_most_so_many_primers() -> None:
    real = primed(split_of([random_ids(0, 1000)]), primer_notes=10, notes=10, most=7)
    assert len(real.primers) == len(real.continuations) == 7


def test_uptake_of_copies_and_of_news() -> None:
    theme = random_ids(1, 32)
    real = primed(split_of([np.concatenate((theme, theme))]), primer_notes=32, notes=64)
    copied = evaluate_uptake(real, np.concatenate((theme, random_ids(2, 32)))[None], VOCABULARY)
    assert copied == (1.0, 1.0)  # both are cut to 32 notes
    fresh = evaluate_uptake(real, random_ids(3, 64)[None], VOCABULARY)
    assert fresh == (0.0, 1.0)


def test_songs_too_short_are_one_clear_line() -> None:
    with pytest.raises(CorpusError, match="no held-out song has 64 notes"):
        primed(split_of([ids_of([60] * 63)]), primer_notes=32, notes=32)
