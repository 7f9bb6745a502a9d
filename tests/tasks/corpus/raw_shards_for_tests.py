"""Raw shards of a source, or written directly, for tests of later steps."""

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.corpus.raw import publish_raw, stage_raw
from nocturne.tasks.corpus.raw_shards import SCHEMA
from nocturne.tasks.storage.layout import raw_marker, shard_name
from nocturne.tasks.storage.root import Root

RawFile = tuple[str, bytes | None]


def build_raw(root: Root, config: IngestConfig, progress: Progress = silent) -> RawDataset:
    """Stage the raw shards of a source and publish them at once."""
    dataset = stage_raw(root, config, progress)
    publish_raw(root, config.corpus, dataset)
    return dataset


def raw_table(files: Sequence[RawFile], size: int = 9) -> pa.Table:
    """Return raw rows; a file without content gets `size` bytes and an md5 of its path."""
    rows = [
        {
            "path": path,
            "md5": hashlib.md5(path.encode() if content is None else content).hexdigest(),
            "bytes": size if content is None else len(content),
            "content": content,
        }
        for path, content in files
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def write_raw(root: Root, files: Sequence[RawFile], shard_files: int) -> IngestConfig:
    """Publish files as the raw shards of corpus `c` and return a config that ingests it."""
    shards = range(0, len(files), shard_files)
    for number, start in enumerate(shards):
        table = raw_table(files[start : start + shard_files])
        root.write_table(f"raw/c/{shard_name(number)}", table, row_group_size=3)
    digest = hashlib.md5(repr(files).encode()).hexdigest()
    marker = RawDataset(
        fingerprint=digest,
        source="test files",
        files=len(files),
        midi=sum(content is not None for _, content in files) or 1,
        bytes=0,
        shards=len(shards),
        licence="CC0",
        attribution="nobody",
    )
    root.write_json(raw_marker("c"), marker.model_dump(mode="json"))
    return IngestConfig(root=root.uri, corpus="c", shard_files=shard_files, workers=1)
