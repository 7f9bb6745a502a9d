"""A kept prime is exact, the music after it begins in time, and its ids are the nearest."""

import numpy as np
import pytest

from nocturne.tasks.music.categories import encode_song, fit
from nocturne.tasks.primes.encoding import encoded, prime_words, quantisation
from nocturne.tasks.primes.prime import Prime, continued
from tests.tasks.music.notes_for_tests import notes_of, scale

# Intervals of one quarter alone, durations of 0.9, velocities 50 to 57: what follows is quantised.
VOCABULARY = fit("factored", [scale(8)], "fingerprint")


def prime_of(rows: list[tuple[float, float, int, int]]) -> Prime:
    return Prime("one.mid", "ab" * 32, 99, notes_of(rows), 2, 73, 96.0, ())


def test_the_notes_of_a_prime_stay_and_the_music_follows() -> None:
    prime = prime_of([(0.0, 1.3, 60, 40), (1.25, 2.5, 62, 41), (1.25, 4.0, 65, 42)]).notes
    drawn = notes_of([(0.5, 1.0, 70, 80), (1.5, 2.0, 71, 81)])
    whole = continued(prime, drawn, 90.0, has_onsets=True)
    np.testing.assert_array_equal(whole.onset_beats, [0.0, 1.25, 1.25, 1.75, 2.75])
    np.testing.assert_array_equal(whole.offset_beats, [1.3, 2.5, 4.0, 2.25, 3.25])
    np.testing.assert_allclose(whole.onset_seconds, whole.onset_beats * 60 / 90)
    assert whole.pitch.tolist() == [60, 62, 65, 70, 71]
    assert whole.velocity.tolist() == [40, 41, 42, 80, 81]
    one_by_one = continued(prime, drawn, 90.0, has_onsets=False)
    assert one_by_one.onset_beats.tolist() == [0.0, 1.25, 1.25, 4.5, 5.5]


def test_values_outside_the_codebooks_are_the_nearest_and_it_is_said_how_far_off() -> None:
    prime = prime_of([(i * 1.25, i * 1.25 + 0.9, 60 + i, 70) for i in range(9)])
    ids = encoded(VOCABULARY, prime)
    np.testing.assert_array_equal(ids, encode_song(VOCABULARY, prime.notes))
    assert ids.shape == (9, 4)
    off = quantisation(VOCABULARY, prime.notes, 96.0)
    # Onsets are 1.25 quarters apart and decode to 1: closed-loop, the most is behind at the end.
    assert off.onset == pytest.approx((1.0, 2.0))
    assert off.duration == pytest.approx((0.0, 0.0))
    assert off.velocity == (13.0, 13.0)
    assert off.pitch == (0.0, 0.0)
    words = prime_words(VOCABULARY, prime, 120.0)
    assert (
        "9 notes in 2 bars at 96 quarters a minute (the samples at 120: --tempo sets it)" in words
    )
    assert "onsets 1 (at most 2) and durations 0 (at most 0) quarters off" in words
    assert "--tempo" not in prime_words(VOCABULARY, prime, 96.0)
