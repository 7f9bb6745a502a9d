"""Broken files through the whole extract stage: workers, tables, manifests, publishing."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import FileManifest
from nocturne.schemas.notes import NoteTable, song_starts
from nocturne.schemas.reasons import Reason
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.storage.layout import raw_marker, shard_name
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import ingest_raw
from tests.tasks.corpus.raw_shards_for_tests import raw_table, write_raw
from tests.tasks.music.midi.test_extraction_fuzz import mutant

SHARD_FILES = 1_000
LOST = {Reason.PARSER_CRASHED, Reason.PARSER_TIMED_OUT, Reason.PARSER_OUT_OF_MEMORY}


def write_mutants(root: Root, contents: list[bytes], seeds: range) -> IngestConfig:
    """Publish mutants as raw shards, one shard of them in memory at a time."""
    config = write_raw(root, [("0.mid", b"")], SHARD_FILES)
    starts = range(seeds.start, seeds.stop, SHARD_FILES)
    for number, start in enumerate(starts):
        files = [(f"{s}.mid", mutant(contents, s)) for s in range(start, start + SHARD_FILES)]
        root.write_table(f"raw/c/{shard_name(number)}", raw_table(files), row_group_size=250)
    count = {"files": len(seeds), "midi": len(seeds), "shards": len(starts)}
    raw = load_raw(root, "c").model_copy(update=count)
    root.write_json(raw_marker("c"), raw.model_dump(mode="json"))
    return config.copy_with(workers=2, max_quarantined_share=1.0)


def assert_all_accounted_for(root: Root, shared_midi: Path, seeds: range) -> None:
    paths = sorted(p for p in shared_midi.rglob("*") if p.is_file() and 0 < p.stat().st_size < 4e4)
    config = write_mutants(root, [path.read_bytes() for path in paths], seeds)
    with Workers(config.workers, limit_memory, (config.worker_memory_mib,)) as workers:
        dataset = ingest_raw(root, config, workers)
    files = pa.concat_tables([root.read_table(path) for path in root.files("files/c", ".parquet")])
    FileManifest.validate(files, lazy=True)
    assert files["path"].to_pylist() == [f"{seed}.mid" for seed in seeds]
    assert not LOST & set(files["reason"].to_pylist())
    outcomes = Counter(files["outcome"].to_pylist())
    assert outcomes == dataset.counts.model_dump(exclude={"inputs"})
    tables = [root.read_table(path) for path in root.files("notes/c", ".parquet")]
    for table in tables:
        NoteTable.validate(table, lazy=True)
    songs = sum(len(song_starts(table)) for table in tables)
    assert songs == dataset.counts.accepted > len(seeds) // 10


def test_mutants(root: Root, shared_midi: Path) -> None:
    assert_all_accounted_for(root, shared_midi, range(2_000))


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_many_mutants(root: Root, shared_midi: Path) -> None:
    assert_all_accounted_for(root, shared_midi, range(2_000, 20_000))
