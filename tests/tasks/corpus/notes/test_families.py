"""Families of a published corpus."""

import numpy as np

from nocturne.tasks.corpus.notes.extract_shard import note_table
from nocturne.tasks.corpus.notes.families import ShardSongs, write_families
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.root import Root

PATH = "families/c/families.parquet"


def song(pitches: list[int]) -> Notes:
    beats = np.arange(len(pitches), dtype=float)
    pitch = np.array(pitches, np.uint8)
    return Notes(beats, beats + 1, beats, beats + 1, pitch, np.full(len(pitch), 64, np.uint8))


def test_families_reach_across_shards_and_every_song_has_one(root: Root) -> None:
    tune = [60, 64, 67, 65, 62, 71, 72, 60, 55, 57, 59, 60, 67, 65, 64, 62, 60, 61, 63, 70]
    other = tune[::-1]
    shards = [
        [("a", song(tune)), ("b", song(other)), ("short", song([60, 61]))],
        [("c", song([p + 2 for p in tune])), ("short too", song([60, 61]))],
        [],
    ]
    written = []
    for index, songs in enumerate(shards):
        path = f"notes/c/shard-{index}.parquet"
        root.write_table(path, note_table(songs))
        ids, lengths = [song_id for song_id, _ in songs], [len(notes) for _, notes in songs]
        written.append(ShardSongs(path, ids, lengths))
    assert write_families(root, PATH, written) == 4
    assert root.read_table(PATH).to_pylist() == [
        {"song_id": "a", "family": "a"},
        {"song_id": "b", "family": "b"},
        {"song_id": "short", "family": "short"},
        {"song_id": "c", "family": "a"},
        {"song_id": "short too", "family": "short too"},
    ]


def test_no_songs_no_families(root: Root) -> None:
    assert write_families(root, PATH, [ShardSongs("notes/c/x.parquet", [], [])]) == 0
    assert root.read_table(PATH).num_rows == 0
