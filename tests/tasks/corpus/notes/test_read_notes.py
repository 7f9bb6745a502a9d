import numpy as np
import pyarrow as pa
import pytest

from nocturne.schemas.errors import CorpusError
from nocturne.tasks.corpus.notes.read_notes import (
    accepted_songs,
    families_of,
    load_note_dataset,
    shard_names,
    songs_of_shard,
)
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, song_id, write_corpus
from tests.tasks.music.categories.songs import random_song


def test_songs_come_back_as_they_were_written(root: Root) -> None:
    shards = random_shards(3, 2)
    write_corpus(root, shards)
    assert shard_names(root, "tunes") == ["shard-00000.parquet", "shard-00001.parquet"]
    for name, shard in zip(shard_names(root, "tunes"), shards, strict=True):
        found = list(songs_of_shard(root, "tunes", name))
        assert [song for song, _ in found] == [song for song, _ in shard]
        for (_, notes), (_, written) in zip(found, shard, strict=True):
            assert np.array_equal(notes.onset_beats, written.onset_beats)
            assert np.array_equal(notes.offset_seconds, written.offset_seconds)
            assert np.array_equal(notes.pitch, written.pitch)


def test_only_accepted_songs_of_enough_notes_count(root: Root) -> None:
    shard = sorted({song_id(n): random_song(n, 10 + n) for n in range(5)}.items())
    write_corpus(root, [shard])
    songs = accepted_songs(root, "tunes", 12)
    assert sorted(song.notes for song in songs) == [12, 13, 14]
    assert {song.program for song in songs} == {0}


def test_an_unknown_corpus_names_the_known_ones(root: Root) -> None:
    write_corpus(root, random_shards(1))
    root.write_json("corpora/unfinished/other.json", {})
    with pytest.raises(CorpusError, match=r"corpus pop under .*\(finished: tunes\): run `nocturne"):
        load_note_dataset(root, "pop")
    with pytest.raises(CorpusError, match="unknown or unfinished corpus unfinished"):
        load_note_dataset(root, "unfinished")


def test_a_damaged_marker_says_what_to_do(root: Root) -> None:
    root.write_bytes("corpora/tunes/notes.json", b"{")
    with pytest.raises(CorpusError, match=r"is damaged: .*; delete it"):
        load_note_dataset(root, "tunes")


def test_families_are_optional(root: Root) -> None:
    assert families_of(root, "tunes") == ({}, "")
    table = pa.table({"song_id": ["a", "b"], "family": ["a", "a"]})
    root.write_table("families/tunes/families.parquet", table)
    families, digest = families_of(root, "tunes")
    assert families == {"a": "a", "b": "a"}
    assert len(digest) == 64
