"""Reading a published note corpus, a shard at a time: its marker, its songs, their families."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import itemgetter

import pyarrow.compute as pc

from schemas.errors import CorpusError
from schemas.manifest import NoteDataset
from schemas.notes import song_starts
from schemas.reasons import Outcome
from tasks.music.notes import Notes
from tasks.storage.root import Root

SONG_COLUMNS = ["song_id", "outcome", "notes", "program", "tempo", "notes_digest"]


@dataclass(frozen=True, slots=True)
class Song:
    """What the manifest says of one accepted song; tempo in quarters a minute."""

    song_id: str
    notes: int
    program: int
    tempo: float
    digest: str | None = None  # of its notes; None in corpora of early versions


def load_note_dataset(root: Root, corpus: str) -> NoteDataset:
    """Return the marker of a complete note corpus; CorpusError, naming those known, if none."""
    marker = "notes/{}/dataset.json"
    try:
        return NoteDataset.model_validate(root.read_json(marker.format(corpus)))
    except FileNotFoundError as error:
        names = root.folders("notes")
        known = [name for name in names if root.exists(marker.format(name))]
        raise CorpusError(
            f"unknown or unfinished corpus {corpus} under {root.uri} "
            f"(finished: {', '.join(known) or 'none'}): run `nocturne ingest --root {root.uri} "
            f"--corpus {corpus} --source SOURCE` first"
        ) from error
    except ValueError as error:
        where = root.shown(marker.format(corpus))
        raise CorpusError(f"{where} is damaged: delete it and ingest again") from error


def shard_names(root: Root, corpus: str) -> list[str]:
    """Return the file names of a corpus's note shards, in order."""
    return [path.rpartition("/")[2] for path in root.files(f"notes/{corpus}", ".parquet")]


def accepted_songs(root: Root, corpus: str, min_notes: int) -> list[Song]:
    """Return the accepted songs of at least `min_notes` notes, as the shards hold them."""
    songs = []
    for path in root.files(f"files/{corpus}", ".parquet"):
        files = root.read_table(path, columns=SONG_COLUMNS)
        accepted = pc.equal(files["outcome"], str(Outcome.ACCEPTED))
        long_enough = pc.greater_equal(files["notes"], min_notes)
        rows = files.filter(pc.and_(accepted, long_enough)).to_pylist()
        songs += [
            Song(r["song_id"], r["notes"], r["program"], r["tempo"], r["notes_digest"])
            for r in sorted(rows, key=itemgetter("song_id"))
        ]
    return songs


def songs_of_shard(root: Root, corpus: str, name: str) -> Iterator[tuple[str, Notes]]:
    """Yield (song id, notes) for every song of one note shard, in order."""
    table = root.read_table(f"notes/{corpus}/{name}")
    columns = {field.name: table[field.name].to_numpy() for field in fields(Notes)}
    starts = song_starts(table).tolist()
    for start, stop in zip(starts, [*starts[1:], len(table)], strict=True):
        part = {name: column[start:stop] for name, column in columns.items()}
        yield table["song_id"][start].as_py(), Notes(**part)


def families_of(root: Root, corpus: str) -> tuple[dict[str, str], str]:
    """Return song id -> near-duplicate family, and a digest; ({}, "") if none were looked for."""
    path = f"families/{corpus}/families.parquet"
    try:
        table = root.read_table(path, columns=["song_id", "family"])
    except FileNotFoundError:
        return {}, ""
    songs, names = table["song_id"].to_pylist(), map(str, table["family"].to_pylist())
    families = dict(zip(songs, names, strict=True))
    return families, hashlib.sha256(repr(sorted(families.items())).encode()).hexdigest()
