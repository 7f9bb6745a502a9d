"""One raw shard to its note table and file manifest, in memory."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaErrors

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import MANIFEST_SCHEMA
from nocturne.schemas.notes import NOTE_SCHEMA, NoteTable, song_starts
from nocturne.schemas.reasons import Outcome, Reason
from nocturne.tasks.corpus.reuse.song_index import KnownSong
from nocturne.tasks.music.midi.extract_many import extract_many
from nocturne.tasks.music.midi.extraction import Extracted, Extraction, Limits, Rejected
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.storage.validation import check
from nocturne.tasks.workers.worker_pool import Workers

NOTHING: Mapping[str, KnownSong | Rejected] = {}
# Columns of a manifest that describe the notes of a song, which a duplicate has too.
OF_NOTES = ("notes", "seconds", "program", "tempo", "ticks_per_quarter", "notes_digest")
CHUNK_FILES = 32  # files in one message to a worker: enough to make its cost negligible


@dataclass(frozen=True)
class NoteShard:
    """Validated NoteTable, and the rows of a FileManifest (one per raw row, in their order).

    The notes are of the songs that were extracted, without those that were known.
    """

    notes: pa.Table
    files: pa.Table


def extract_shard(
    groups: Iterable[pa.Table],
    config: IngestConfig,
    workers: Workers,
    known: Mapping[str, KnownSong | Rejected] = NOTHING,
) -> NoteShard:
    """Extract every file of a raw shard, given as its row groups: path, md5, bytes, content.

    Only one group's contents are in memory at a time. What is `known`, by song id, is not
    extracted; a group that holds nothing else needs no contents.
    """
    described: list[pa.Table] = []
    first: dict[str, int] = {}  # song_id to its first row
    outcomes: list[Any] = []
    for group in groups:
        ids = group["md5"].to_pylist()
        for row, song_id in enumerate(ids, len(outcomes)):
            first.setdefault(song_id, row)
        firsts = [i for i, song_id in enumerate(ids) if first[song_id] == len(outcomes) + i]
        new = [i for i in firsts if ids[i] not in known]
        results: dict[int, Any] = {i: known[ids[i]] for i in firsts if ids[i] in known}
        results |= zip(new, _extract_rows(group, new, config, workers), strict=True)
        outcomes += [results.get(i, first[song_id]) for i, song_id in enumerate(ids)]
        described.append(group.select(["path", "md5", "bytes"]))
    raw = pa.concat_tables(described)
    # In order of song_id, as the NoteTable is sorted.
    notes = _validated(raw["md5"].to_pylist(), [first[i] for i in sorted(first)], outcomes)
    return NoteShard(notes, _manifest(raw, outcomes))


def _extract_rows(
    group: pa.Table, rows: list[int], config: IngestConfig, workers: Workers
) -> list[Extraction]:
    """Extract these rows of one group, in order."""
    if not rows:
        return []
    contents = group["content"].to_pylist()
    sizes = group["bytes"].to_pylist()
    present = [row for row in rows if contents[row] is not None]
    limits = Limits(max_notes=config.max_notes, max_song_seconds=config.max_song_seconds)
    done = workers.map(
        functools.partial(extract_many, reader=config.reader, limits=limits),
        [contents[row] for row in present],
        lambda lost: Rejected(lost.reason, lost.detail),
        chunk=CHUNK_FILES,
        timeout=config.timeout_seconds,
    )
    extracted = dict(zip(present, done, strict=True))
    too_large = Rejected(Reason.TOO_LARGE, f"over {config.max_file_bytes} bytes")
    absent = (Rejected(Reason.NOT_MIDI), too_large)
    return [
        extracted[row] if row in extracted else absent[sizes[row] > config.max_file_bytes]
        for row in rows
    ]


def _validated(ids: list[str], order: list[int], outcomes: list[Any]) -> pa.Table:
    """Return the checked note table; songs that fail are left out and marked in `outcomes`."""
    while True:
        rows = [row for row in order if isinstance(outcomes[row], Extracted)]
        table = note_table([(ids[row], outcomes[row].notes) for row in rows])
        if not rows:
            return table
        try:
            check(NoteTable, table)
        except SchemaErrors:
            bad = _offenders(table)
            if not bad:
                raise
            for row in rows:
                if ids[row] in bad:
                    outcomes[row] = Rejected(Reason.INVALID_NOTES, bad[ids[row]])
        else:
            return table


def _offenders(table: pa.Table) -> dict[str, str]:
    """Return the songs that fail when checked alone, by song_id, with the failed check."""
    bad: dict[str, str] = {}
    starts = song_starts(table)
    for start, stop in zip(starts, [*starts[1:], len(table)], strict=True):
        try:
            check(NoteTable, song := table.slice(start, stop - start))
        except SchemaErrors as error:
            case = error.failure_cases
            bad[song["song_id"][0].as_py()] = f"fails {case['check'][0].as_py()}"
    return bad


def note_table(songs: list[tuple[str, Notes]]) -> pa.Table:
    """Put songs, already in order of their ids, into one table."""
    lengths = [len(notes) for _, notes in songs]
    ids = pa.array([song_id for song_id, _ in songs], pa.string())
    runs = pa.RunEndEncodedArray.from_arrays(np.cumsum(lengths, dtype=np.int64), ids)
    columns: list[Any] = [pc.run_end_decode(runs)]
    kinds = NOTE_SCHEMA.types[1:]
    parts = zip(*(notes.columns() for _, notes in songs), strict=True)
    for kind, part in zip_longest(kinds, parts, fillvalue=()):
        columns.append(pa.array(np.concatenate(part) if part else [], kind))
    return pa.Table.from_arrays(columns, schema=NOTE_SCHEMA)


def _manifest(raw: pa.Table, outcomes: list[Any]) -> pa.Table:
    """Return one row per input; an int outcome is the row it duplicates.

    Publishing validates it: validating twice would double the time of this function.
    """
    paths = raw["path"].to_pylist()
    rows = [_manifest_row(outcome, paths) for outcome in outcomes]
    columns = {
        name: pa.array([row.get(name) for row in rows], MANIFEST_SCHEMA.field(name).type)
        for name in MANIFEST_SCHEMA.names[3:]
    }
    known = {"path": raw["path"], "song_id": raw["md5"], "bytes": raw["bytes"]}
    return pa.table({**known, **columns}).cast(MANIFEST_SCHEMA)


def _manifest_row(outcome: Any, paths: list[str]) -> dict[str, Any]:
    if isinstance(outcome, Extracted):
        return {
            "outcome": Outcome.ACCEPTED,
            "notes": len(outcome.notes),
            "seconds": float(outcome.notes.offset_seconds.max()),
            "program": outcome.program,
            "tempo": outcome.tempo,
            "ticks_per_quarter": outcome.ticks_per_quarter,
            "notes_digest": outcome.digest,
        }
    if isinstance(outcome, KnownSong):
        return {"outcome": Outcome.ACCEPTED, **{name: outcome.row[name] for name in OF_NOTES}}
    if isinstance(outcome, Rejected):
        row = {"outcome": Outcome.QUARANTINED, "reason": outcome.reason, "notes": 0}
        return row | {"detail": outcome.detail or None}
    same = {"outcome": Outcome.DUPLICATE, "reason": Reason.SAME_FILE, "notes": 0}
    return same | {"duplicate_of": paths[outcome]}
