"""The record of a reading comes back as it was, or not at all."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nocturne.tasks.corpus.reuse.reading_record import (
    ReadingRecord,
    delete_records,
    generation_of,
    record_of,
    write_record,
)
from nocturne.tasks.sources.seen_files import FileStamp, SeenFile, SeenFiles
from nocturne.tasks.storage.root import Root

STAMP = FileStamp(1, 2, 3, (1 << 63) - 1)
FILES = [
    SeenFile(b"a.mid", STAMP, "0" * 32, 0, True),
    SeenFile(b"\xff.zip", STAMP._replace(size=0), "1" * 32, -1, False, "an archive"),
    SeenFile(b"._a.mid", STAMP, "2" * 32),
]


def record(generation: str, identity: str = "i", files: list[SeenFile] = FILES) -> ReadingRecord:
    return ReadingRecord(generation, identity, SeenFiles(17, 1000).with_files(files))


@pytest.mark.parametrize("files", [FILES, []])
def test_it_comes_back_as_it_was(root: Root, files: list[SeenFile]) -> None:
    write_record(root, "c", record("g", files=files), [])
    assert record_of(root, "c", "g") == record("g", files=files)
    assert record_of(root, "c", "h") is None
    assert record_of(root, "d", "g") is None


def test_only_the_last_one_and_those_that_are_kept_stay(root: Root) -> None:
    for generation in "abc":
        write_record(root, "c", record(generation, f"of {generation}"), ["a"])
    assert [record_of(root, "c", name) is not None for name in "abc"] == [True, False, True]
    assert generation_of(root, "c", "of c") == "c"
    assert generation_of(root, "c", "of b") == "of b"


def test_those_of_a_corpus_are_deleted(root: Root) -> None:
    for corpus in "cd":
        write_record(root, corpus, record("g"), [])
        delete_records(root, "c")
    assert record_of(root, "c", "g") is None
    assert record_of(root, "d", "g") is not None


@pytest.mark.parametrize("harm", ["cut", "no Parquet", "other columns", "no facts"])
def test_a_damaged_one_is_none(root: Root, harm: str) -> None:
    write_record(root, "c", record("g"), [])
    path = Path(root.base, ".cache", "sources", "c", "g.parquet")
    if harm in ("cut", "no Parquet"):
        path.write_bytes(path.read_bytes()[:-9] if harm == "cut" else b"text")
    else:
        table = pq.read_table(path)
        table = table.drop(["md5"]) if harm == "other columns" else table.replace_schema_metadata()
        pq.write_table(table, path)
    assert record_of(root, "c", "g") is None
    assert isinstance(generation_of(root, "c", "i"), str)
