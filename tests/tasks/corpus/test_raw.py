import random
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError, SourceError, StorageError
from nocturne.tasks.corpus.raw import load_raw
from nocturne.tasks.corpus.raw_shards import SCHEMA
from nocturne.tasks.storage.layout import raw_marker, shard_name
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.raw_shards_for_tests import build_raw
from tests.tasks.sources.archives_for_tests import SAMPLE, midi, tar_gz_of, write_folder, zip_of

REPOSITORY = Path(__file__).parents[3]


def config_of(root, source, **changes):
    return IngestConfig(root=root.uri, corpus="c", source=str(source), **changes)


def table_of(root, dataset) -> pa.Table:
    return pa.concat_tables(root.read_table(shard_path("c", n)) for n in range(dataset.shards))


def shard_path(corpus, number):
    return f"raw/{corpus}/{shard_name(number)}"


def bytes_of(root) -> dict[str, bytes]:
    kinds = ("raw", "corpora", "staging")
    paths = [path for kind in kinds for path in root.files(kind, recursive=True)]
    return {path: root.read_bytes(path) for path in paths}


def test_every_file_is_one_row_and_the_marker_counts_them(root, tmp_path):
    folder = write_folder(tmp_path / "in", SAMPLE)
    told = []
    dataset = build_raw(
        root,
        config_of(root, folder, shard_files=3, max_file_bytes=64),
        lambda done, total: told.append((done, total)),
    )
    assert (dataset.files, dataset.midi, dataset.shards, dataset.skipped) == (7, 5, 3, 0)
    assert dataset.bytes == sum(map(len, SAMPLE.values()))
    assert dataset.source == str(folder)
    assert load_raw(root, "c") == dataset.as_marker()
    table = table_of(root, dataset)
    assert table.schema.equals(SCHEMA)
    assert table["path"].to_pylist() == sorted(SAMPLE)
    assert table["bytes"].to_pylist() == [len(SAMPLE[name]) for name in sorted(SAMPLE)]
    kept = dict(zip(table["path"].to_pylist(), table["content"].to_pylist(), strict=True))
    without = ("b/c/d/three.txt", "z.bin")
    assert kept == {n: None if n in without else SAMPLE[n] for n in SAMPLE}
    assert [root.read_table(shard_path("c", n)).num_rows for n in range(3)] == [3, 3, 1]
    assert told[0] == (0, 7)


def test_a_second_run_reuses_and_a_change_redoes(root, tmp_path):
    folder = write_folder(tmp_path / "in", SAMPLE)
    first = build_raw(root, config_of(root, folder, shard_files=1))
    before = bytes_of(root)
    again = build_raw(root, config_of(root, folder, shard_files=1))
    assert (first.reused, again.reused, again.as_marker()) == (False, True, first.as_marker())
    assert bytes_of(root) == before
    fewer = build_raw(root, config_of(root, folder, shard_files=5))
    assert (fewer.reused, fewer.shards) == (False, 2)
    assert root.files("raw/c") == [shard_path("c", 0), shard_path("c", 1)]
    (folder / "new.mid").write_bytes(midi(9))
    assert build_raw(root, config_of(root, folder, shard_files=5)).files == 8


@pytest.mark.parametrize("lost", ["raw/c/shard-00001.parquet", "corpora/c/raw.json"])
def test_what_is_not_whole_is_not_reused(root, tmp_path, lost):
    config = config_of(root, write_folder(tmp_path / "in", SAMPLE), shard_files=3)
    build_raw(root, config)
    before = bytes_of(root)
    root.delete(lost)
    assert not build_raw(root, config).reused
    assert bytes_of(root) == before


def test_settings_that_do_not_shape_the_shards_do_not_redo_them(root, tmp_path):
    folder = write_folder(tmp_path / "in", SAMPLE)
    build_raw(root, config_of(root, folder))
    assert build_raw(root, config_of(root, folder, workers=3, reader="pretty_midi")).reused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tar_gz_of(SAMPLE)[:-20], "cut short or damaged"),
        (b"<html>", "HTML"),
        (zip_of({"a.txt": b"x", "b.txt": b"y"}), "holds no MIDI among its 2 files; name"),
        (tar_gz_of({}), "is empty"),
    ],
)
def test_a_bad_source_costs_nothing_that_was_there(root, tmp_path, content, said):
    build_raw(root, config_of(root, write_folder(tmp_path / "in", SAMPLE)))
    before = bytes_of(root)
    (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(SourceError, match=said) as caught:
        build_raw(root, config_of(root, tmp_path / "bad.zip"))
    assert "\n" not in str(caught.value)
    assert bytes_of(root) == before
    assert not root.exists("staging")


def test_a_folder_without_midi_is_one_clear_line(root, tmp_path):
    folder = write_folder(tmp_path / "in", {"a.txt": b"x", "b/c": b""})
    with pytest.raises(SourceError, match="holds no MIDI among its 2 files"):
        build_raw(root, config_of(root, folder))
    assert root.files("raw", recursive=True) == []


def test_skipped_files_are_counted_and_named_in_the_marker(root, tmp_path):
    content = bytearray(zip_of({"a.mid": midi(1), "b.mid": midi(2)}, 0))
    content[content.index(midi(1)) + 20] ^= 0xFF
    (tmp_path / "s.zip").write_bytes(content)
    dataset = build_raw(root, config_of(root, tmp_path / "s.zip"))
    assert (dataset.files, dataset.skipped) == (1, 1)
    assert dataset.skipped_files[0].path == "a.mid"
    assert "CRC" in dataset.skipped_files[0].reason
    assert load_raw(root, "c") == dataset.as_marker()


def test_large_files_are_split_into_row_groups_and_memory_stays_bounded(root, tmp_path):
    noise = random.Random(3).randbytes(4 << 20)
    folder = write_folder(tmp_path / "in", {f"{i}.mid": noise for i in range(12)})
    pa.default_memory_pool().release_unused()
    dataset = build_raw(root, config_of(root, folder))
    assert dataset.shards == 1
    with root.reading(shard_path("c", 0)) as stream:
        assert pq.ParquetFile(stream).num_row_groups == 6
    assert table_of(root, dataset)["content"].to_pylist() == [noise] * 12


def test_unfinished_or_damaged_raw_shards_are_a_clear_error(root):
    with pytest.raises(CorpusError, match="ingest it first"):
        load_raw(root, "c")
    root.write_bytes(raw_marker("c"), b"{")
    with pytest.raises(CorpusError, match=r"is damaged: .*; delete it"):
        load_raw(root, "c")


def test_a_root_that_is_not_local_gets_the_same_shards(root, tmp_path):
    folder = write_folder(tmp_path / "in", SAMPLE)
    (tmp_path / "bucket").mkdir()
    place = fs.SubTreeFileSystem(str(tmp_path / "bucket"), fs.LocalFileSystem())
    remote = Root("s3://bucket", place, "r")
    place.create_dir("r")
    build_raw(root, config_of(root, folder, shard_files=2))
    build_raw(remote, config_of(root, folder, shard_files=2))
    assert bytes_of(remote) == bytes_of(root)


def test_a_full_disk_leaves_what_was_there_and_the_next_run_goes_on(root, tmp_path):
    build_raw(root, config_of(root, write_folder(tmp_path / "in", SAMPLE)))
    before = bytes_of(root)
    noise = {f"{i}.mid": random.Random(i).randbytes(100_000) for i in range(3)}
    config = config_of(root, write_folder(tmp_path / "big", noise))
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "from nocturne.schemas.config import IngestConfig;"
        "from nocturne.tasks.storage.root import Root;"
        "from tests.tasks.corpus.raw_shards_for_tests import build_raw;"
        "c = IngestConfig.model_validate_json(sys.argv[1]); build_raw(Root.open(c.root), c)"
    )
    command = [sys.executable, "-c", program, config.model_dump_json()]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert StorageError.__name__ in ended.stderr.splitlines()[-1]
    assert "File too large" in ended.stderr.splitlines()[-1]
    assert bytes_of(root) == before
    assert build_raw(root, config).files == 3


PROGRAM = """
import os, signal, sys, threading
from nocturne.schemas.config import (IngestConfig)
from tests.tasks.corpus.raw_shards_for_tests import (build_raw)
from nocturne.tasks.storage.root import (Root)
config, share = IngestConfig.model_validate_json(sys.argv[1]), float(sys.argv[2])
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def progress(done, total):
    if done >= share * total:
        threading.Timer(0.001, die).start()  # in the middle of whatever comes next
build_raw(Root.open(config.root), config, progress)
die()
"""


def kill_at(share: float, config: IngestConfig) -> None:
    """Run build_raw in a process that kills itself once this share of the source is read."""
    command = [sys.executable, "-c", PROGRAM, config.model_dump_json(), str(share)]
    ended = subprocess.run(command, cwd=REPOSITORY, check=False)
    assert ended.returncode == -signal.SIGKILL


def test_kill_9_at_any_moment_then_a_rerun_gives_the_same_bytes(tmp_path):
    noise = random.Random(5)
    files = {f"{i}.mid": midi(i) + noise.randbytes(2000) for i in range(1500)}
    archive = tmp_path / "s.tar.gz"
    archive.write_bytes(tar_gz_of(files))
    whole, torn = Root.open(str(tmp_path / "whole")), Root.open(str(tmp_path / "torn"))
    build_raw(whole, config_of(whole, archive, shard_files=20))
    hits = 0
    for share in (0.1, 0.5, 0.8, 0.95):
        config = config_of(torn, archive, shard_files=20)
        torn.delete(raw_marker("c"))
        kill_at(share, config)
        with_marker = torn.exists(raw_marker("c"))
        hits += not with_marker
        assert with_marker == build_raw(torn, config).reused
        assert bytes_of(torn) == bytes_of(whole)
    assert hits >= 2
    assert not torn.exists("staging")


def test_the_shared_files_are_all_there(root, shared_midi):
    dataset = build_raw(root, config_of(root, shared_midi, shard_files=500))
    files = [path for path in shared_midi.rglob("*") if path.is_file()]
    assert dataset.files == len(files)
    assert dataset.midi >= 1900
    assert dataset.skipped == 0
