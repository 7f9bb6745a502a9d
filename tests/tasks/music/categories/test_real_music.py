"""Both schemes on real songs that they were not fitted on."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nocturne.tasks.music.categories import (
    decode,
    encode,
    encode_song,
    fit,
    song_max,
    without_leading_silence,
)
from nocturne.tasks.music.midi.extraction import Extracted, extract
from nocturne.tasks.music.notes import Notes


@cache
def songs_of(folder: Path) -> tuple[list[Notes], list[Notes]]:
    """Return (fitted on, held out) songs of some of the files under `folder`."""
    songs: tuple[list[Notes], list[Notes]] = ([], [])
    for index, path in enumerate(sorted(folder.rglob("*.mid"))[:150]):
        found = extract(path.read_bytes())
        if isinstance(found, Extracted):
            songs[index % 5 == 0].append(without_leading_silence(found.notes))
    return songs


@pytest.mark.parametrize(("corpus", "limit"), [("pop", 0.014), ("folk", 0.014), ("piano", 0.02)])
def test_factored_keeps_pitch_exactly_and_time_closely(
    shared_midi: Path, corpus: str, limit: float
) -> None:
    training, held_out = songs_of(shared_midi / corpus)
    vocabulary = fit("factored", training, "")
    decoded = [decode(vocabulary, encode(vocabulary, song), 120.0) for song in held_out]
    pairs = list(zip(decoded, held_out, strict=True))
    errors = np.concatenate([np.abs(a.onset_beats - b.onset_beats) for a, b in pairs])
    assert errors.mean() < limit
    assert all(np.array_equal(a.pitch, b.pitch) for a, b in pairs)


def test_folk_tunes_come_back_on_the_very_tick(shared_midi: Path) -> None:
    training, held_out = songs_of(shared_midi / "folk")
    vocabulary = fit("factored", training, "")
    exact = [
        np.array_equal(
            decode(vocabulary, encode(vocabulary, song), 120.0).onset_beats, song.onset_beats
        )
        for song in held_out
    ]
    assert np.mean(exact) > 0.8


def test_song_max_round_trips_with_each_songs_own_maxima(shared_midi: Path) -> None:
    for songs in songs_of(shared_midi / "pop"):
        for song in songs:
            ids = song_max.encode(song)
            back = song_max.decode(ids, 120.0, song_max.maxima_of(song))
            assert np.array_equal(song_max.encode(back), ids)


def test_real_songs_stay_the_same_once_they_have_been_encoded(shared_midi: Path) -> None:
    training, held_out = songs_of(shared_midi / "piano")
    vocabulary = fit("factored", training, "")
    digests = set()
    for song in held_out:
        ids = encode_song(vocabulary, song)
        assert np.array_equal(encode_song(vocabulary, decode(vocabulary, ids, 97.0)), ids)
        digests.add(hashlib.md5(ids.tobytes()).hexdigest())
    assert len(digests) == len(held_out)
