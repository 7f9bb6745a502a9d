"""Ids as excerpts, and cutting songs to the length of samples."""

import numpy as np

from nocturne.schemas.sequences import Attribute, Vocabulary
from nocturne.tasks.music.metrics.excerpt import cut, excerpt_of, songs_of, spread
from tests.tasks.music.metrics.music import VOCABULARY, ids_of, random_ids, split_of


def test_factored_ids_become_ticks_from_the_first_onset() -> None:
    found = excerpt_of(VOCABULARY, ids_of([60, 64, 60], [3, 0, 2]))
    assert found.pitch.tolist() == [60, 64, 60]
    assert found.onset.tolist() == [0, 0, 480]
    assert found.duration.tolist() == [120, 120, 120]
    assert found.interval.tolist() == [4, -4]
    assert found.inter_onset_interval.tolist() == [0, 480]


def test_steps_are_equal_exactly_where_interval_and_gap_are() -> None:
    ids = random_ids(0, 300)
    found = excerpt_of(VOCABULARY, ids)
    pairs = list(zip(found.interval.tolist(), ids[1:, 0].tolist(), strict=True))
    assert len(set(pairs)) == len(set(zip(pairs, found.steps.tolist(), strict=True)))
    assert len(set(pairs)) == len(set(found.steps.tolist()))


def test_transposing_leaves_the_steps() -> None:
    ids = random_ids(1, 50)
    higher = ids.copy()
    higher[:, 1] += 7
    steps = excerpt_of(VOCABULARY, ids).steps
    np.testing.assert_array_equal(excerpt_of(VOCABULARY, higher).steps, steps)


def test_song_max_gaps_are_levels_of_duration() -> None:
    vocabulary = Vocabulary(
        scheme="song-max",
        attributes=(Attribute(name="category", size=125),),
        codebooks={"duration_max": (1.1,), "pitch_max": (90.0,), "velocity_max": (100.0,)},
        fitted_on="test",
    )
    ids = np.random.default_rng(0).integers(0, 125, (200, 1)).astype(np.int16)
    found = excerpt_of(vocabulary, ids)
    pitch, duration = ids[:, 0] // 25, ids[:, 0] // 5 % 5
    levels = list(zip(np.diff(pitch).tolist(), duration[:-1].tolist(), strict=True))
    gaps = set(zip(duration[:-1].tolist(), found.inter_onset_interval.tolist(), strict=True))
    assert len(gaps) == len(set(duration.tolist()))
    assert len(set(found.pitch.tolist())) == len(set(pitch.tolist()))
    assert len(set(levels)) <= len(set(found.steps.tolist()))


def test_no_notes_make_an_empty_excerpt() -> None:
    found = excerpt_of(VOCABULARY, ids_of([]))
    assert (len(found), len(found.steps)) == (0, 0)


def test_cutting_keeps_whole_pieces_and_long_rests() -> None:
    songs = songs_of(split_of([ids_of([60] * length) for length in (25, 23, 4, 10)]))
    assert [len(piece) for piece in cut(songs, 10)] == [10, 10, 5, 10, 10, 4, 10]


def test_spreading_takes_the_first_and_the_last() -> None:
    pieces = [ids_of([pitch]) for pitch in range(10)]
    assert [int(piece[0, 1]) for piece in spread(pieces, 4)] == [0, 3, 6, 9]
    assert spread(pieces, 10) is pieces
