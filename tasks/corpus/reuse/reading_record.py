"""Records of what was seen of the source's files while raw shards were made of them.

    .cache/sources/<corpus>/<generation>.parquet    one row for each file; see SeenFile

They hold for this machine alone, and whoever deletes them costs the next ingest one reading of
the whole source, nothing else.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.tasks.sources.seen_files import FileStamp, SeenFile, SeenFiles
from nocturne.tasks.storage.layout import PARQUET, UNFINISHED, sources_cache
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch, scratch_base
from nocturne.tasks.storage.temporary import unfinished_file

SCHEMA = pa.schema(
    [
        pa.field("path", pa.binary(), nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in FileStamp._fields),
        pa.field("md5", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("has_content", pa.bool_(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
STAMPS = len(FileStamp._fields)


@dataclass(frozen=True)
class ReadingRecord:
    """What the reading saw from which the raw shards `generation` were made.

    `identity` is the fingerprint that follows from the source's identity alone. It is the
    generation too, unless the source's files were found changed under the same identity.
    """

    generation: str
    identity: str
    seen: SeenFiles


def write_record(root: Root, corpus: str, record: ReadingRecord, kept: Iterable[str]) -> None:
    """Write a record, and delete those of other generations than it and `kept`."""
    seen = record.seen
    facts = {"identity": record.identity, "began_ns": seen.began_ns, "largest": seen.largest}
    schema = SCHEMA.with_metadata({name: str(value) for name, value in facts.items()})
    rows = [(file.path, *file.stamp, *file[2:]) for file in seen.files.values()]
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    folder = scratch(root, sources_cache(corpus))
    path = folder / f"{record.generation}{PARQUET}"
    tmp_path = folder / f"{UNFINISHED}{os.getpid()}"
    with storage_errors("write", str(path)):
        with unfinished_file(tmp_path) as stream:
            pq.write_table(pa.table(arrays, schema=schema), stream)
        tmp_path.replace(path)
        wanted = {path, *(folder / f"{generation}{PARQUET}" for generation in kept)}
        for other in set(folder.iterdir()) - wanted:
            other.unlink(missing_ok=True)


def record_of(root: Root, corpus: str, generation: str) -> ReadingRecord | None:
    """Return the record of raw shards; None if it is missing or damaged."""
    return _read(_folder(root, corpus) / f"{generation}{PARQUET}")


def generation_of(root: Root, corpus: str, identity: str) -> str:
    """Return the newest generation that was made from a source of this identity, or `identity`."""
    newest = identity
    paths = _folder(root, corpus).glob(f"*{PARQUET}")
    for path in sorted(paths, key=_modified_ns):
        with suppress(OSError, pa.ArrowException):
            metadata = pq.read_schema(path).metadata or {}
            if metadata.get(b"identity") == identity.encode():
                newest = path.stem
    return newest


def _modified_ns(path: Path) -> int:
    """Return when a record was written; 0 if that cannot be read."""
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def delete_records(root: Root, corpus: str) -> None:
    """Delete all records of a corpus."""
    shutil.rmtree(_folder(root, corpus), ignore_errors=True)


def _folder(root: Root, corpus: str) -> Path:
    return scratch_base(root) / sources_cache(corpus)


def _read(path: Path) -> ReadingRecord | None:
    with suppress(OSError, pa.ArrowException, KeyError, ValueError):
        table = pq.read_table(path)
        facts = {
            key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()
        }
        if table.schema != SCHEMA:
            return None
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        files = [SeenFile(p, FileStamp(*rest[:STAMPS]), *rest[STAMPS:]) for p, *rest in rows]
        seen = SeenFiles(
            int(facts["began_ns"]), int(facts["largest"]), {file.path: file for file in files}
        )
        return ReadingRecord(path.stem, facts["identity"], seen)
    return None
