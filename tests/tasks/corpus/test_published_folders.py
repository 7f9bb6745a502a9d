"""Every published folder is one table for pandas, polars, DuckDB and pyarrow, rightly counted."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import fill, ingest, prepare, report, song, songs


def _by_duckdb(folder: str) -> int:
    with duckdb.connect() as database:
        return database.execute(f"select count(*) from read_parquet('{folder}/**/*')").fetchall()[
            0
        ][0]


ROWS: dict[str, Callable[[str], int]] = {
    "pandas": lambda folder: len(pd.read_parquet(folder)),
    "polars": lambda folder: len(pl.read_parquet(folder)),
    "polars scan": lambda folder: pl.scan_parquet(folder).select(pl.len()).collect().item(),
    "duckdb": _by_duckdb,
    "pyarrow.dataset": lambda folder: ds.dataset(folder, format="parquet").count_rows(),
}
FILES = {**songs(30), "again.mid": song(0), "broken.mid": song(99)[:-5], "readme.txt": b"text"}


def expected(root: Root, config: IngestConfig, workers: Workers) -> dict[str, int]:
    """Ingest, report and prepare; return the rows that each folder must have."""
    dataset, _ = ingest(root, config, workers)
    report(root, "c", dataset)
    both = [
        prepare(root, PrepareConfig(root=root.uri, corpus="c", scheme=scheme))
        for scheme in ("factored", "song-max")
    ]
    quality = root.read_table("statistics/c/quality.parquet").num_rows
    assert both[0].songs == both[1].songs
    return {
        "raw/c": dataset.counts.inputs,
        "files/c": dataset.counts.inputs,
        "notes/c": dataset.notes,
        "notes": dataset.notes,
        "families/c": dataset.counts.accepted,
        "sequences/c/factored": sum(both[0].notes.values()),
        "sequences/c/song-max": sum(both[1].notes.values()),
        "songs/c/factored": sum(both[0].songs.values()),
        "statistics/c": quality,
    }


@pytest.mark.parametrize("state", ["first", "again", "changed", "repaired"])
def test_any_tool_reads_a_folder_as_one_table(
    root: Root, tmp_path: Path, workers: Workers, state: str
) -> None:
    folder = fill(tmp_path / "midi", FILES)
    config = IngestConfig(root=root.uri, corpus="c", source=str(folder), shard_files=7)
    rows = expected(root, config, workers)
    assert rows["files/c"] == len(FILES)
    if state == "changed":
        fill(folder, {**FILES, **songs(9, 50)})
    if state == "repaired":
        for lost in ("raw/c/shard-00001", "notes/c/shard-00000", "files/c/shard-00002"):
            root.delete(f"{lost}.parquet")
    if state != "first":
        rows = expected(root, config, workers)
    for name, count in rows.items():
        found = {tool: read(root.full(name)) for tool, read in ROWS.items()}
        assert found == dict.fromkeys(ROWS, count), name
    only = [path for path in Path(root.base).rglob("*") if path.is_file()]
    outside = {path.relative_to(root.base).parts[0] for path in only if path.suffix != ".parquet"}
    assert outside - {".cache"} == {"corpora", "format.json", "quality", "vocabularies"}
    assert not root.exists("staging")
