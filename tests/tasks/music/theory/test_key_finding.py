"""The key of notes: known tunes, and the formula of correlation itself."""

import numpy as np
import pytest

from nocturne.schemas.theory import COMMON_KEYS, key_of
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.music.theory.key_finding import PROFILES, key_of_notes
from tests.tasks.music.notes_for_tests import notes_of

JIG = (62, 65, 69, 67, 65, 64, 65, 62, 60, 62, 65, 69, 74, 72, 69, 70, 69, 65, 62, 62)  # D minor


def notes(pitches: tuple[int, ...]) -> Notes:
    return notes_of([(i / 2, i / 2 + 0.5, pitch, 64) for i, pitch in enumerate(pitches)])


@pytest.mark.parametrize("semitones", range(-7, 6))
def test_a_tune_is_found_in_its_key_wherever_it_is_moved(semitones: int) -> None:
    found = key_of_notes(notes(tuple(pitch + semitones for pitch in JIG)))
    assert found == key_of("D minor").transposed(semitones)


def test_the_key_is_the_one_of_the_largest_pearson_correlation() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        count = 30
        begin = np.cumsum(random.choice([0.25, 0.5, 1.0], count))
        end = begin + random.choice([0.25, 0.5, 2.0], count)
        columns = (begin.tolist(), end.tolist(), random.integers(40, 90, count).tolist())
        piece = notes_of([(on, off, pitch, 64) for on, off, pitch in zip(*columns, strict=True)])
        sounding = np.zeros(12)
        np.add.at(sounding, piece.pitch % 12, piece.offset_beats - piece.onset_beats)
        fit = {}
        for text in COMMON_KEYS:
            key = key_of(text)
            profile = [PROFILES[key.mode][(c - key.tonic_class) % 12] for c in range(12)]
            fit[text] = np.corrcoef(sounding, profile)[0, 1]
        assert key_of_notes(piece).text == max(fit, key=fit.__getitem__)


def test_notes_of_no_key_have_the_first() -> None:
    assert key_of_notes(notes(tuple(range(60, 72)))).text == COMMON_KEYS[0]
