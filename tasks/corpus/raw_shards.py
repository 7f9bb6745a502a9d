"""Write raw files as the rows of Parquet shards, with few row groups of content in memory."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.raw import SkippedFile
from nocturne.tasks.corpus.reuse.raw_rows import RawRows
from nocturne.tasks.sources.source_file import KeptFile, RawFile, Skipped
from nocturne.tasks.storage.layout import shard_name
from nocturne.tasks.storage.root import Root

ROW_GROUP_BYTES = 8 << 20
SKIPPED_NAMED = 100
WRITING: dict[str, Any] = {  # how shards are written
    "compression": "lz4",  # half of zstd's time for a third more bytes
    "use_dictionary": False,
    "write_statistics": False,
}
SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("md5", pa.string(), nullable=False),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("content", pa.large_binary()),
    ]
)


@dataclass
class SourceCounts:
    """What a source holds, counted while it is read."""

    files: int = 0
    midi: int = 0
    size: int = 0
    rows: list[int] = field(default_factory=list)  # of each shard
    digests: set[str] = field(default_factory=set)  # MD5s of the files with content
    skipped: int = 0
    named: list[SkippedFile] = field(default_factory=list)
    read: int = 0  # files, from the source
    kept: list[int] = field(default_factory=list)  # shards that were there, with the same rows

    @property
    def shards(self) -> int:
        """Number of shards."""
        return len(self.rows)


def write_shards(
    root: Root,
    folder: str,
    items: Iterable[RawFile | KeptFile | Skipped],
    shard_files: int,
    there: RawRows | None = None,
) -> SourceCounts:
    """Write the shards of `shard_files` rows each into `folder`, and count everything.

    A shard that is `there` with the same rows is not written again; kept files are of `there`.
    """
    counts = SourceCounts()
    rows = _counted(items, counts)
    while (first := next(rows, None)) is not None:
        path, before = f"{folder}/{shard_name(counts.shards)}", counts.files
        shard: Any = chain([first], islice(rows, shard_files - 1))
        if there is not None:
            shard = there.differing(counts.shards, shard)
        if shard is None:
            counts.kept.append(counts.shards)
        else:
            _write_shard(root, path, shard)
        counts.rows.append(counts.files - before + 1)
    return counts


def _counted(
    items: Iterable[RawFile | KeptFile | Skipped], counts: SourceCounts
) -> Iterator[RawFile | KeptFile]:
    """Yield the files, and count them and the skipped ones."""
    for item in items:
        if isinstance(item, Skipped):
            counts.skipped += 1
            if len(counts.named) < SKIPPED_NAMED:
                counts.named.append(SkippedFile(path=item.path, reason=item.reason))
            continue
        counts.files += 1
        if item.has_content:
            counts.midi += 1
            counts.digests.add(item.md5)
        counts.size += item.size
        counts.read += isinstance(item, RawFile)
        yield item


def _write_shard(root: Root, path: str, rows: Iterable[RawFile]) -> None:
    """Write one shard, with about two row groups of content in memory.

    A thread compresses and writes one group while the next is read; both release the GIL.
    """
    with (
        root.writing(path) as stream,
        pq.ParquetWriter(stream, SCHEMA, **WRITING) as writer,
        ThreadPoolExecutor(1) as thread,  # ends first: the writer closes after the last write
    ):
        written: Future[object] = thread.submit(int)
        for group in _row_groups(rows):
            written.result()
            written = thread.submit(_write_group, writer, group)
        written.result()


def _write_group(writer: pq.ParquetWriter, group: list[RawFile]) -> None:
    columns = [list(column) for column in zip(*group, strict=True)]
    arrays = map(pa.array, columns, SCHEMA.types)
    writer.write_table(pa.table(list(arrays), schema=SCHEMA))


def _row_groups(rows: Iterable[RawFile]) -> Iterator[list[RawFile]]:
    group: list[RawFile] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(row.content or b"")
        if size >= ROW_GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group
