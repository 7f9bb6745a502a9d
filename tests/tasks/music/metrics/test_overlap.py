"""Overlap of distributions, by hand."""

import numpy as np
import pytest

from tasks.music.metrics.excerpt import excerpt_of
from tasks.music.metrics.overlap import overlap, overlaps
from tests.tasks.music.metrics.music import VOCABULARY, ids_of, random_ids


def test_overlap_by_hand() -> None:
    assert overlap(np.array([1, 1, 2, 3]), np.array([1, 2, 2, 9])) == pytest.approx(0.25 + 0.25)
    assert overlap(np.array([-5, 7]), np.array([7, 7, -5, -5])) == 1.0
    assert overlap(np.array([1]), np.array([2])) == 0.0
    assert overlap(np.array([], np.int64), np.array([2])) == 0.0


def test_music_overlaps_itself_wholly_however_it_is_cut() -> None:
    whole = excerpt_of(VOCABULARY, random_ids(0, 64))
    assert list(overlaps([whole, whole], [whole]).values()) == pytest.approx([1.0] * 6)


def test_an_octave_higher_shares_all_but_pitch() -> None:
    low = excerpt_of(VOCABULARY, ids_of([60, 62, 64, 65]))
    high = excerpt_of(VOCABULARY, ids_of([72, 74, 76, 77]))
    assert overlaps([low], [high]) == {
        "overlap_pitch": 0.0,
        "overlap_pitch_class": 1.0,
        "overlap_interval": 1.0,
        "overlap_inter_onset_interval": 1.0,
        "overlap_duration": 1.0,
        "mean_overlap": 0.8,
    }
