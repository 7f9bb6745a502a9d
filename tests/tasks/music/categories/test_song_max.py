import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.categories import decode, encode, encode_song, fit, song_max
from nocturne.tasks.music.categories.song_max import Maxima, maxima_of
from tests.tasks.music.categories.songs import random_song, song


def source_label(category: int) -> int:
    """The source project's label, pitch * 100 + duration * 10 + velocity, of a category."""
    return category // 25 * 100 + category // 5 % 5 * 10 + category % 5


def source_labels(durations: list[float], pitches: list[int], velocities: list[int]) -> list[int]:
    """The source project's formula, note by note."""
    tops = max(durations) / 4, max(pitches) / 4, max(velocities) / 4
    return [
        int(p / tops[1]) * 100 + int(d / tops[0]) * 10 + int(v / tops[2])
        for d, p, v in zip(durations, pitches, velocities, strict=True)
    ]


def test_labels_have_the_source_projects_exact_values() -> None:
    notes = song((0, 4, 80, 100), (1, 1, 60, 50), (2, 3.9, 39, 24), (3, 0.5, 20, 99), tempo=60)
    ids = encode(fit("song-max", [notes], ""), notes)
    assert ids.dtype == np.int16
    assert ids.shape == (4, 1)
    assert [source_label(i) for i in ids[:, 0]] == [444, 312, 130, 103]
    assert ids[:, 0].tolist() == [124, 3 * 25 + 5 + 2, 25 + 15, 25 + 3]


def test_labels_agree_with_the_source_formula_on_random_songs() -> None:
    notes = random_song(1, 500)
    durations = (notes.offset_seconds - notes.onset_seconds).tolist()
    expected = source_labels(durations, notes.pitch.tolist(), notes.velocity.tolist())
    assert [source_label(i) for i in song_max.encode(notes)[:, 0]] == expected


def test_each_category_has_a_label_of_its_own() -> None:
    labels = [source_label(category) for category in range(125)]
    assert labels == sorted(set(labels))
    assert (labels[0], labels[4], labels[5], labels[-1]) == (0, 4, 10, 444)


rows = st.tuples(st.floats(0, 100), st.floats(1e-6, 1000), st.integers(0, 127), st.integers(1, 127))


@given(rows=st.lists(rows, min_size=1, max_size=30), small=st.integers(1, 127))
@settings(max_examples=150, deadline=None)
def test_reachable_ids_survive_decoding_with_the_songs_own_maxima(
    rows: list[tuple[float, float, int, int]], small: int
) -> None:
    notes = song(*((o, d, p % small, max(1, v % small)) for o, d, p, v in rows))
    ids = song_max.encode(notes)
    decoded = song_max.decode(ids, 97.0, maxima_of(notes))
    assert song_max.encode(decoded).tolist() == ids.tolist()


@given(ids=st.lists(st.integers(0, 124), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_ids_with_all_three_maxima_survive_the_vocabularys_maxima(ids: list[int]) -> None:
    vocabulary = fit("song-max", [song((0, 3.7, 90, 110))], "")
    column = np.array([124, *ids], np.int16)[:, None]
    assert encode(vocabulary, decode(vocabulary, column, 120.0)).tolist() == column.tolist()


def test_a_long_song_survives() -> None:
    notes = random_song(2, 50_000)
    ids = song_max.encode(notes)
    again = song_max.encode(song_max.decode(ids, 120.0, maxima_of(notes)))
    assert np.array_equal(again, ids)


def test_decoded_notes_follow_one_another_and_stay_in_range() -> None:
    decoded = song_max.decode(np.arange(125, dtype=np.int16)[:, None], 90.0, Maxima(2.0, 1, 1))
    assert decoded.onset_seconds[0] == 0
    assert np.array_equal(decoded.onset_seconds[1:], decoded.offset_seconds[:-1])
    assert np.array_equal(decoded.onset_beats, decoded.onset_seconds * 1.5)
    assert set(decoded.velocity.tolist()) == {1}
    assert set(decoded.pitch.tolist()) == {0, 1}
    assert set((decoded.offset_seconds - decoded.onset_seconds).tolist()) == {
        0.25,
        0.75,
        1.25,
        1.75,
        2.0,
    }


def test_a_song_of_pitch_zero_is_at_its_maximum() -> None:
    notes = song((0, 1, 0, 64), (1, 1, 0, 64))
    assert [source_label(i) for i in song_max.encode(notes)[:, 0]] == [444, 444]


def test_the_vocabulary_keeps_the_median_song() -> None:
    songs = [song((0, d, p, v), tempo=60) for d, p, v in [(1, 70, 90), (9, 60, 127), (2, 80, 64)]]
    vocabulary = fit("song-max", songs, "training")
    assert vocabulary.sizes == (125,)
    assert vocabulary.names == ("category",)
    assert vocabulary.codebooks == {
        "duration_max": (2.0,),
        "pitch_max": (70.0,),
        "velocity_max": (90.0,),
    }


def test_encoding_a_whole_song_is_plain_encoding() -> None:
    notes = random_song(3, 40)
    vocabulary = fit("song-max", [notes], "")
    assert np.array_equal(encode_song(vocabulary, notes), encode(vocabulary, notes))


def test_no_notes_give_no_ids() -> None:
    vocabulary = fit("song-max", [song((0, 1, 60, 64))], "")
    assert encode(vocabulary, song()).shape == (0, 1)
    assert len(decode(vocabulary, np.zeros((0, 1), np.int16), 120.0)) == 0
