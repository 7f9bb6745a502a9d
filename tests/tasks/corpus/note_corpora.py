"""Small published note corpora for tests."""

import hashlib
from collections.abc import Sequence
from itertools import islice
from operator import itemgetter

import pyarrow as pa

from nocturne.schemas.manifest import MANIFEST_SCHEMA, Counts, FileManifest, NoteDataset
from nocturne.schemas.notes import NoteTable
from nocturne.tasks.corpus.notes.extract_shard import note_table
from nocturne.tasks.music.midi.extraction import digest_of
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.data_files import facts_of
from nocturne.tasks.storage.layout import DataFolder, notes_marker, shard_name
from nocturne.tasks.storage.root import Root
from tests.tasks.music.categories.songs import random_song

Shard = list[tuple[str, Notes]]
first = itemgetter(0)


def song_id(number: int) -> str:
    """Return an id as files have it: an md5."""
    return hashlib.md5(str(number).encode()).hexdigest()


def random_shards(*sizes: int, length: int = 40) -> list[Shard]:
    """Return shards of random songs, `sizes` songs each, in order of their ids."""
    numbers = iter(range(sum(sizes)))
    return [
        sorted(((song_id(n), random_song(n, length)) for n in islice(numbers, size)), key=first)
        for size in sizes
    ]


def write_corpus(
    root: Root,
    shards: Sequence[Shard],
    corpus: str = "tunes",
    programs: Sequence[int] = (0,),
    **facts: str,
) -> None:
    """Publish shards as ingest does; song n of a shard plays program n modulo `programs`.

    `facts` are fields of the marker, such as its fingerprint.
    """
    for index, shard in enumerate(shards):
        table = note_table(shard)
        NoteTable.validate(table)
        root.write_table(f"notes/{corpus}/shard-{index:05d}.parquet", table)
        rows = [
            _row(song, notes, programs[n % len(programs)]) for n, (song, notes) in enumerate(shard)
        ]
        rows.append({**_row("0" * 32, shard[0][1], 0), **BROKEN})
        files = pa.Table.from_pylist(rows, schema=MANIFEST_SCHEMA)
        FileManifest.validate(files)
        root.write_table(f"files/{corpus}/shard-{index:05d}.parquet", files)
    songs = sum(map(len, shards))
    counts = Counts(inputs=songs, accepted=songs, quarantined=0, duplicate=0)
    names = dict.fromkeys(map(shard_name, range(len(shards))))
    told = {"fingerprint": "f1", "raw_fingerprint": "r1", "licence": "CC0", **facts}
    files_facts = {
        kind: facts_of(root, DataFolder(kind, corpus), told["fingerprint"], names)
        for kind in ("notes", "files")
    }
    marker = NoteDataset.model_validate(
        {**told, "counts": counts, "notes": 1, "facts": files_facts}
    )
    root.write_json(notes_marker(corpus), marker.model_dump(mode="json"))


BROKEN = {
    "outcome": "quarantined",
    "reason": "truncated",
    "notes": 0,
    "program": None,
    "tempo": None,
    "notes_digest": None,
}


def _row(song: str, notes: Notes, program: int) -> dict[str, object]:
    return {
        "path": f"{song}.mid",
        "song_id": song,
        "bytes": 100,
        "outcome": "accepted",
        "notes": len(notes),
        "program": program,
        "tempo": 120.0,
        "notes_digest": digest_of(notes),
    }
