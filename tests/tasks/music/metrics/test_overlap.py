"""Overlap of distributions, by hand."""

import numpy as np
import pytest

from nocturne.tasks.music.metrics.excerpt import excerpt_of
from nocturne.tasks.music.metrics.overlap import histograms, mean_overlaps, overlap, overlaps
from tests.tasks.music.metrics.music import VOCABULARY, ids_of, random_ids


def test_overlap_by_hand() -> None:
    assert overlap(np.array([1, 1, 2, 3]), np.array([1, 2, 2, 9])) == pytest.approx(0.25 + 0.25)
    assert overlap(np.array([-5, 7]), np.array([7, 7, -5, -5])) == 1.0
    assert overlap(np.array([1]), np.array([2])) == 0.0
    assert overlap(np.array([], np.int64), np.array([2])) == 0.0


def test_music_overlaps_itself_wholly_however_it_is_cut() -> None:
    whole = excerpt_of(VOCABULARY, random_ids(0, 64))
    assert list(overlaps([whole, whole], [whole]).values()) == pytest.approx([1.0] * 5)


def test_an_octave_higher_shares_all_but_pitch() -> None:
    low = excerpt_of(VOCABULARY, ids_of([60, 62, 64, 65]))
    high = excerpt_of(VOCABULARY, ids_of([72, 74, 76, 77]))
    assert overlaps([low], [high]) == {
        "pitch": 0.0,
        "pitch_class": 1.0,
        "interval": 1.0,
        "inter_onset_interval": 1.0,
        "duration": 1.0,
    }
    assert mean_overlaps([low], [high]) == [0.8]


def test_each_sample_by_itself_is_as_a_set_of_one() -> None:
    held_out = [excerpt_of(VOCABULARY, random_ids(seed, 64)) for seed in (0, 1)]
    samples = [excerpt_of(VOCABULARY, random_ids(seed, 32)) for seed in (2, 3, 4)]
    alone = [float(np.mean(list(overlaps([sample], held_out).values()))) for sample in samples]
    assert mean_overlaps(samples, held_out) == alone


def test_histograms_count_every_note_of_the_overlaps() -> None:
    ours, theirs = (excerpt_of(VOCABULARY, random_ids(seed, 40)) for seed in (5, 6))
    found = histograms([ours], [theirs])
    pitch = found["pitch"]
    assert pitch.values == sorted({*ours.pitch.tolist(), *theirs.pitch.tolist()})
    assert pitch.samples == [ours.pitch.tolist().count(value) for value in pitch.values]
    assert (sum(pitch.samples), sum(pitch.held_out)) == (40, 40)
    assert sum(found["interval"].samples) == 39
