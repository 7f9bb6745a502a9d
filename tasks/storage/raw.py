"""Any source into raw shards, with bounded memory, published at once."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from schemas.config import IngestConfig
from schemas.errors import CorpusError, SourceError
from schemas.raw import RawDataset, SkippedFile
from tasks.progress import Progress, silent
from tasks.storage.entries import RawFile, Skipped
from tasks.storage.root import Root
from tasks.storage.sources import Source, resolve

VERSION = 1  # of the shards' form: a change redoes them
ROW_GROUP_BYTES = 8 << 20
SKIPPED_NAMED = 100
SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("md5", pa.string(), nullable=False),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("content", pa.large_binary()),
    ]
)


@dataclass
class _Tally:
    files: int = 0
    midi: int = 0
    size: int = 0
    shards: int = 0
    skipped: int = 0
    named: list[SkippedFile] = field(default_factory=list)


def marker_path(corpus: str) -> str:
    """Path of the completion marker."""
    return f"raw/{corpus}/dataset.json"


def shard_path(corpus: str, number: int) -> str:
    """Path of a raw shard."""
    return f"raw/{corpus}/shard-{number:05d}.parquet"


def load_raw(root: Root, corpus: str) -> RawDataset:
    """Return what is known of a corpus's raw shards; CorpusError if they are not complete."""
    try:
        return RawDataset.model_validate(root.read_json(marker_path(corpus)))
    except FileNotFoundError as error:
        raise CorpusError(
            f"corpus {corpus} has no finished raw shards in {root.shown('raw')}; ingest it first"
        ) from error
    except (ValidationError, ValueError) as error:
        raise CorpusError(
            f"{root.shown(marker_path(corpus))} is damaged; delete it and ingest again"
        ) from error


def build_raw(root: Root, config: IngestConfig, progress: Progress = silent) -> RawDataset:
    """Turn the source into raw shards, or find them done (`reused`).

    The shards are written aside and take the place of older ones only when the whole source has
    been read: a bad source costs nothing that was there. Raises SourceError or StorageError.
    """
    source = resolve(root, config, progress)
    fingerprint = _fingerprint(source, config)
    if found := _unchanged(root, config.corpus, fingerprint):
        return found.model_copy(update={"reused": True})
    aside = f"raw/{config.corpus}/.tmp-shards"
    root.delete(aside)
    try:
        tally = _write_shards(root, aside, source, config, progress)
        dataset = _dataset(source, fingerprint, tally)
        _publish(root, config.corpus, aside, dataset)
    finally:
        root.delete(aside)
    return dataset


def _fingerprint(source: Source, config: IngestConfig) -> str:
    facts = [VERSION, source.shown, source.identity, config.shard_files, config.max_file_bytes]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _unchanged(root: Root, corpus: str, fingerprint: str) -> RawDataset | None:
    """Return the finished dataset with this fingerprint, if all its shards are there."""
    try:
        found = load_raw(root, corpus)
    except CorpusError:
        return None
    there = root.files(f"raw/{corpus}", ".parquet")
    whole = there == [shard_path(corpus, number) for number in range(found.shards)]
    return found if whole and found.fingerprint == fingerprint else None


def _write_shards(
    root: Root, aside: str, source: Source, config: IngestConfig, progress: Progress
) -> _Tally:
    tally = _Tally()
    rows = _counted(source.read(config.max_file_bytes, progress), tally)
    while (first := next(rows, None)) is not None:
        shard = chain([first], islice(rows, config.shard_files - 1))
        _write_shard(root, f"{aside}/{tally.shards}", shard)
        tally.shards += 1
    if not tally.midi:
        unread = f", {tally.skipped} of them unreadable" if tally.skipped else ""
        raise SourceError(
            f"{source.shown} holds no MIDI among its {tally.files + tally.skipped} files{unread}; "
            "name a folder or archive of .mid files"
        )
    return tally


def _counted(items: Iterable[RawFile | Skipped], tally: _Tally) -> Iterator[RawFile]:
    """Pass the files on and count everything."""
    for item in items:
        if isinstance(item, Skipped):
            tally.skipped += 1
            if len(tally.named) < SKIPPED_NAMED:
                tally.named.append(SkippedFile(path=item.path, reason=item.reason))
            continue
        tally.files += 1
        tally.midi += item.content is not None
        tally.size += item.size
        yield item


def _write_shard(root: Root, path: str, rows: Iterable[RawFile]) -> None:
    """Write one shard, holding about one row group of content in memory."""
    with (
        root.writing(path) as stream,
        pq.ParquetWriter(
            stream,
            SCHEMA,
            compression="lz4",  # half of zstd's time for a third more bytes
            use_dictionary=False,
            write_statistics=False,
        ) as writer,
    ):
        for group in _row_groups(rows):
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


def _dataset(source: Source, fingerprint: str, tally: _Tally) -> RawDataset:
    return RawDataset(
        fingerprint=fingerprint,
        source=source.shown,
        files=tally.files,
        midi=tally.midi,
        bytes=tally.size,
        shards=tally.shards,
        skipped=tally.skipped,
        skipped_files=tuple(tally.named),
        licence=source.licence,
        attribution=source.attribution,
    )


def _publish(root: Root, corpus: str, aside: str, dataset: RawDataset) -> None:
    """Put finished shards in the place of older ones; without a marker nothing counts as there."""
    root.delete(marker_path(corpus))
    for old in root.files(f"raw/{corpus}", ".parquet"):
        root.delete(old)
    for number in range(dataset.shards):
        root.filesystem.move(root.full(f"{aside}/{number}"), root.full(shard_path(corpus, number)))
    root.write_json(marker_path(corpus), dataset.model_dump(mode="json"))
