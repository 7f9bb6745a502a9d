"""Ingest on a disk that fills up at one moment or another, or takes no writes at all."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus import corpora_for_tests
from tests.tasks.music.smf import smf, tune

DISK_BYTES = 1 << 20
PAGE_BYTES = 4096
MARKERS = ("corpora/c/raw.json", "corpora/c/notes.json")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of one MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"mounting is refused here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "midi"
    folder.mkdir()
    for i in range(6):
        song = smf(tune([(i * 7 + n * 5) % 90 + 20 for n in range(200)]))
        (folder / f"{i}.mid").write_bytes(song[: None if i else -4])
    return folder


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, limit_memory, (512,)) as found:
        yield found


def ingest(place: Path, source: Path, workers: Workers) -> None:
    root = Root.open(str(place))
    config = IngestConfig(root=root.uri, corpus="c", source=str(source), shard_files=2)
    corpora_for_tests.ingest(root, config, workers)


def contents(place: Path) -> dict[str, bytes]:
    kinds = ("notes", "files", "families")
    files = (path for kind in kinds for path in (place / kind).rglob("*") if path.is_file())
    return {str(path.relative_to(place)): path.read_bytes() for path in files}


def assert_nothing_half_there(place: Path) -> None:
    assert not list(place.rglob(".tmp-*"))
    for path in place.rglob("*.parquet"):
        pq.read_table(path)
    assert not (place / MARKERS[1]).exists()


def assert_one_line(error: BaseException, reason: str) -> None:
    message = str(error)
    assert message.startswith("cannot ")
    assert reason in message
    assert "\n" not in message


def test_a_disk_that_fills_up_at_any_step(
    small_disk: Path, tmp_path: Path, source: Path, workers: Workers
) -> None:
    ingest(tmp_path / "whole", source, workers)
    expected = contents(tmp_path / "whole")
    failures = 0
    for pages in (0, 2, 5, 8, 12, 16, 20, 24, 28, 32):
        root = small_disk / str(pages)
        root.mkdir()
        filler = small_disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - pages * PAGE_BYTES))
        try:
            ingest(root, source, workers)
        except StorageError as error:
            failures += 1
            assert_one_line(error, "No space left on device")
            assert_nothing_half_there(root)
        filler.unlink()
        ingest(root, source, workers)
        assert contents(root) == expected
        shutil.rmtree(root)
    assert failures >= 5


def test_a_disk_that_takes_no_writes(
    small_disk: Path, tmp_path: Path, source: Path, workers: Workers
) -> None:
    ingest(tmp_path / "whole", source, workers)
    root = small_disk / "root"
    root.mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError) as caught:
        ingest(root, source, workers)
    assert_one_line(caught.value, "Read-only file system")
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert_nothing_half_there(root)
    ingest(root, source, workers)
    assert contents(root) == contents(tmp_path / "whole")
