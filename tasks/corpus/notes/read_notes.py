"""Read the songs of a published note corpus, a shard at a time, and their families."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import MANIFEST_SCHEMA, NoteDataset
from nocturne.schemas.notes import NOTE_SCHEMA, song_starts
from nocturne.schemas.reasons import Outcome
from nocturne.tasks.corpus.notes.note_marker import (
    ingest_command,
    load_note_dataset,
    note_dataset,
    published_notes,
)
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.data_files import published_sizes, read_published, read_rows
from nocturne.tasks.storage.layout import (
    FAMILIES,
    FAMILIES_FILE,
    FILES,
    NOTES,
    DataFolder,
    shard_number,
)
from nocturne.tasks.storage.root import Root

__all__ = [
    "Song",
    "accepted_songs",
    "families_of",
    "load_note_dataset",
    "require_unchanged",
    "shard_names",
    "shard_table",
    "songs_by_shard",
    "songs_of_shard",
]

SCHEMAS = {NOTES: NOTE_SCHEMA, FILES: MANIFEST_SCHEMA}
SONG_COLUMNS = ["song_id", "outcome", "notes", "program", "tempo", "notes_digest"]


@dataclass(frozen=True, slots=True)
class Song:
    """An accepted song as its manifest describes it; tempo in quarters a minute."""

    song_id: str
    notes: int
    program: int
    tempo: float
    digest: str | None = None  # of its notes; None in corpora of early versions


def shard_names(root: Root, corpus: str) -> list[str]:
    """Return the file names of a corpus's note shards, in order."""
    dataset = note_dataset(root, corpus)
    known = dataset.facts.get(NOTES) or published_sizes(
        root, DataFolder(NOTES, corpus), dataset.fingerprint
    )
    return sorted((name for name in known if shard_number(name) >= 0), key=shard_number)


def shard_table(
    root: Root, corpus: str, kind: str, name: str, columns: list[str] | None = None
) -> pa.Table:
    """Return one shard of `kind`, notes or files; CorpusError if it is damaged or lost."""
    dataset = note_dataset(root, corpus)
    mend = ingest_command(root, corpus, dataset.source)
    folder = DataFolder(kind, corpus)
    try:
        table = read_published(
            root,
            folder,
            dataset.fingerprint,
            name,
            lambda path: read_rows(root, path, mend, columns, SCHEMAS[kind]),
        )
    except FileNotFoundError as error:
        require_unchanged(root, corpus, dataset)
        raise CorpusError(
            f"{root.display_path(f'{folder.path}/{name}')} is missing: {mend}"
        ) from error
    require_unchanged(root, corpus, dataset)
    return table


def require_unchanged(root: Root, corpus: str, dataset: NoteDataset) -> None:
    """Raise CorpusError if a corpus was ingested anew since `dataset` was read.

    Files of a new generation are moved into place after its marker is written: while the old
    marker is there, the files that were read are the old ones.
    """
    if note_dataset(root, corpus).fingerprint != dataset.fingerprint:
        raise CorpusError(
            f"corpus {corpus} under {without_secrets(root.uri)} was ingested anew while it was "
            "read: run this again"
        )


def accepted_songs(root: Root, corpus: str, min_notes: int) -> list[Song]:
    """Return the accepted songs of at least `min_notes` notes, as the shards hold them."""
    return [song for songs in songs_by_shard(root, corpus, min_notes).values() for song in songs]


def songs_by_shard(root: Root, corpus: str, min_notes: int) -> dict[str, list[Song]]:
    """Return the accepted songs of at least `min_notes` notes of each shard, in their order."""
    found = {}
    for name in shard_names(root, corpus):
        files = shard_table(root, corpus, FILES, name, SONG_COLUMNS)
        accepted = pc.equal(files["outcome"], str(Outcome.ACCEPTED))
        long_enough = pc.greater_equal(files["notes"], min_notes)
        rows = files.filter(pc.and_(accepted, long_enough)).to_pylist()
        found[name] = [
            Song(r["song_id"], r["notes"], r["program"], r["tempo"], r["notes_digest"])
            for r in sorted(rows, key=itemgetter("song_id"))
        ]
    return found


def songs_of_shard(root: Root, corpus: str, name: str) -> Iterator[tuple[str, Notes]]:
    """Yield (song id, notes) for every song of one note shard, in order."""
    table = shard_table(root, corpus, NOTES, name)
    if not len(table):  # all files of the shard are duplicates or broken
        return
    columns = {field.name: table[field.name].to_numpy() for field in fields(Notes)}
    starts = song_starts(table).tolist()
    for start, stop in zip(starts, [*starts[1:], len(table)], strict=True):
        part = {name: column[start:stop] for name, column in columns.items()}
        yield table["song_id"][start].as_py(), Notes(**part)


def families_of(root: Root, corpus: str) -> tuple[dict[str, str], str]:
    """Return song id -> near-duplicate family, and a digest; ({}, "") if there are none."""
    dataset = published_notes(root, corpus)
    generation, source = (dataset.fingerprint, dataset.source) if dataset else ("", "")
    mend, columns = ingest_command(root, corpus, source), ["song_id", "family"]
    folder = DataFolder(FAMILIES, corpus)
    try:
        table = read_published(
            root, folder, generation, FAMILIES_FILE, lambda p: read_rows(root, p, mend, columns)
        )
    except FileNotFoundError:
        return {}, ""
    songs, names = table["song_id"].to_pylist(), map(str, table["family"].to_pylist())
    families = dict(zip(songs, names, strict=True))
    return families, hashlib.sha256(repr(sorted(families.items())).encode()).hexdigest()
