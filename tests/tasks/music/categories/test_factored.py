from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from nocturne.tasks.music.categories import decode, encode, encode_song, factored, fit
from tests.tasks.music.categories.songs import random_song, song

VOCABULARY = fit("factored", [random_song(seed, 400) for seed in range(4)], "training")


def brute_force_intervals(codebook: list[int], onsets: list[int]) -> list[int]:
    """Closed-loop coding as its definition reads, one note at a time."""
    reached, ids = 0, []
    for index, onset in enumerate(onsets):
        previous = onsets[index - 1] if index else 0
        distances = [abs(reached + step - onset) for step in codebook]
        chosen = 0 if onset == previous else distances.index(min(distances))
        reached += codebook[chosen]
        ids.append(chosen)
    return ids


def ids_of(sizes: tuple[int, ...], rows: int) -> NDArray[np.int16]:
    rng = np.random.default_rng(rows)
    return np.stack([rng.integers(0, size, rows) for size in sizes], axis=1).astype(np.int16)


def any_ids() -> st.SearchStrategy[NDArray[np.int16]]:
    def build(raw: NDArray[Any]) -> NDArray[np.int16]:
        ids: NDArray[np.int16] = (raw % np.array(VOCABULARY.sizes)).astype(np.int16)
        return ids

    shapes = st.tuples(st.integers(0, 50), st.just(4))
    return arrays(np.int64, shapes, elements=st.integers(0, 10**6)).map(build)


def test_the_attributes_are_in_prediction_order_with_at_most_the_agreed_sizes() -> None:
    assert VOCABULARY.names == ("inter_onset_interval", "pitch", "duration", "velocity")
    assert VOCABULARY.sizes == (32, 128, 32, 8)
    for name, size in zip(VOCABULARY.names, VOCABULARY.sizes, strict=True):
        book = VOCABULARY.codebooks[name]
        assert len(book) == size
        assert list(book) == sorted(set(book))
        assert all(value == int(value) for value in book)
    assert VOCABULARY.codebooks["inter_onset_interval"][0] == 0
    assert VOCABULARY.codebooks["duration"][0] >= 1
    assert VOCABULARY.codebooks["pitch"] == tuple(map(float, range(128)))


def test_a_simple_corpus_has_exact_small_codebooks() -> None:
    tune = song((0, 1, 60, 64), (0, 1, 64, 64), (1, 0.5, 62, 64), (1.5, 1 / 3, 60, 80))
    vocabulary = fit("factored", [tune], "")
    assert vocabulary.codebooks["inter_onset_interval"] == (0, 240, 480)
    assert vocabulary.codebooks["duration"] == (160, 240, 480)
    assert vocabulary.codebooks["velocity"] == (64, 80)
    assert encode(vocabulary, tune).tolist() == [
        [0, 60, 2, 0],
        [0, 64, 2, 0],
        [2, 62, 1, 0],
        [1, 60, 0, 1],
    ]


def test_one_note_is_enough() -> None:
    vocabulary = fit("factored", [song((5, 1, 60, 64))], "")
    assert vocabulary.sizes == (1, 128, 1, 1)
    assert encode_song(vocabulary, song((5, 1, 60, 64))).tolist() == [[0, 60, 0, 0]]


def test_fitting_is_deterministic_and_single_pass() -> None:
    again = fit("factored", (random_song(seed, 400) for seed in range(4)), "training")
    assert again == VOCABULARY


@given(ids=any_ids(), tempo=st.floats(20, 400))
@settings(max_examples=150, deadline=None)
def test_encode_is_the_exact_inverse_of_decode_for_all_ids(
    ids: NDArray[np.int16], tempo: float
) -> None:
    assert np.array_equal(encode(VOCABULARY, decode(VOCABULARY, ids, tempo)), ids)


def test_the_inverse_is_exact_over_a_long_song() -> None:
    ids = ids_of(VOCABULARY.sizes, 200_000)
    assert np.array_equal(encode(VOCABULARY, decode(VOCABULARY, ids, 123.4)), ids)


def test_decoded_notes_have_the_exact_values_of_the_codebooks() -> None:
    tune = song((0, 1, 60, 64), (0, 1, 64, 64), (1, 0.5, 62, 64), (1.5, 1 / 3, 60, 80))
    vocabulary = fit("factored", [tune], "")
    ids = np.array([[0, 60, 2, 0], [2, 127, 1, 1], [1, 0, 0, 0]], np.int16)
    notes = decode(vocabulary, ids, 60.0)
    assert notes.onset_beats.tolist() == [0, 1, 1.5]
    assert notes.offset_beats.tolist() == [1, 1.5, (720 + 160) / 480]
    assert notes.onset_seconds.tolist() == [0, 1, 1.5]
    assert notes.pitch.tolist() == [60, 127, 0]
    assert notes.velocity.tolist() == [64, 80, 64]
    assert [array.dtype.name for array in (notes.pitch, notes.velocity)] == ["uint8", "uint8"]


@given(seed=st.integers(0, 10**6), length=st.integers(1, 80))
@settings(max_examples=80, deadline=None)
def test_closed_loop_coding_agrees_with_brute_force(seed: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    onsets = np.cumsum(rng.choice([0, 3, 240, 800, 9000], length) + rng.integers(0, 40, length))
    book = np.unique(np.concatenate(([0], rng.integers(1, 2000, rng.integers(1, 20)))))
    found = factored._closed_loop(book, onsets)
    assert found == brute_force_intervals(book.tolist(), onsets.tolist())


@pytest.mark.parametrize("seed", range(3))
def test_onset_errors_do_not_add_up(seed: int) -> None:
    notes = random_song(seed + 50, 2000)
    decoded = decode(VOCABULARY, encode(VOCABULARY, notes), 120.0)
    errors = np.abs(decoded.onset_beats - notes.onset_beats)
    assert errors[1000:].mean() < 2 * errors[:1000].mean() + 0.01
    assert errors.mean() < 0.05


def test_music_on_the_codebooks_grid_comes_back_exactly() -> None:
    notes = random_song(9, 300, grid=0.25)
    vocabulary = fit("factored", [notes], "")
    decoded = decode(vocabulary, encode(vocabulary, notes), 120.0)
    book = vocabulary.codebooks["inter_onset_interval"]
    assert all(value % 120 == 0 for value in book)
    assert np.array_equal(decoded.onset_beats, notes.onset_beats)
    assert np.array_equal(decoded.pitch, notes.pitch)


def test_chords_stay_chords_even_when_time_is_late() -> None:
    vocabulary = fit("factored", [song((0, 1, 60, 64), (0.25, 1, 60, 64), (1, 1, 60, 64))], "")
    assert vocabulary.codebooks["inter_onset_interval"] == (0, 120, 360)
    played = song((0, 1, 60, 64), (0.4, 1, 60, 64), (0.4, 1, 64, 64), (0.4, 1, 67, 64))
    assert encode(vocabulary, played)[:, 0].tolist() == [0, 1, 0, 0]


def test_time_lost_in_a_long_rest_is_made_up() -> None:
    vocabulary = fit("factored", [song((0, 1, 60, 64), (0.5, 1, 60, 64), (1.5, 1, 60, 64))], "")
    played = song((0, 1, 60, 64), (2, 1, 60, 64), (2.5, 1, 62, 64), (3, 1, 60, 64))
    ids = encode(vocabulary, played)
    assert ids[:, 0].tolist() == [0, 2, 2, 2]
    assert decode(vocabulary, ids, 120.0).onset_beats.tolist() == [0, 1, 2, 3]


def test_encoding_a_song_drops_its_leading_silence() -> None:
    notes = song((10, 1, 60, 64), (10.5, 1, 62, 64))
    vocabulary = fit("factored", [notes], "")
    assert encode_song(vocabulary, notes)[:, 0].tolist() == [0, 1]


def test_canonical_sorts_chords_by_pitch_and_keeps_the_times() -> None:
    ids = np.array(
        [[3, 70, 1, 1], [0, 60, 2, 2], [0, 65, 3, 3], [5, 50, 4, 4], [0, 50, 5, 5]], np.int16
    )
    assert factored.canonical(ids).tolist() == [
        [3, 60, 2, 2],
        [0, 65, 3, 3],
        [0, 70, 1, 1],
        [5, 50, 4, 4],
        [0, 50, 5, 5],
    ]


@given(ids=any_ids())
@settings(max_examples=60, deadline=None)
def test_canonical_ids_sound_the_same_and_decode_to_sorted_notes(ids: NDArray[np.int16]) -> None:
    sorted_ids = factored.canonical(ids)
    before, after = decode(VOCABULARY, ids, 120.0), decode(VOCABULARY, sorted_ids, 120.0)
    order = np.lexsort((before.pitch, before.onset_beats))
    assert np.array_equal(before.onset_beats[order], after.onset_beats)
    assert np.array_equal(before.pitch[order], after.pitch)
    assert np.array_equal(before.offset_beats[order], after.offset_beats)
    assert np.array_equal(factored.canonical(sorted_ids), sorted_ids)
