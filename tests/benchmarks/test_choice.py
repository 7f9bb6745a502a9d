"""The key by which the benchmark of choices tells where a piece ends."""

import numpy as np

from benchmarks.choice import tonic_of
from nocturne.tasks.music.metrics.excerpt import Excerpt


def excerpt(pitches: list[int]) -> Excerpt:
    onset = 480 * np.arange(len(pitches))
    return Excerpt(np.array(pitches), onset, onset + 400)


def test_the_tonic_is_that_of_the_likeliest_key() -> None:
    major = [60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60]
    assert tonic_of(excerpt(major)) == 0
    assert tonic_of(excerpt([pitch + 7 for pitch in major])) == 7
    assert tonic_of(excerpt([57, 59, 60, 62, 64, 65, 68, 69, 64, 60, 57])) == 9  # A minor
