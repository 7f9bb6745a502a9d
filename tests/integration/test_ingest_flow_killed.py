"""kill -9 of a whole ingest flow, server and all: the next run ends in the same bytes."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.corpus import build_notes
from nocturne.tasks.storage.root import Root
from tests.integration.nocturne import NOCTURNE, environment

pytestmark = pytest.mark.integration
SHARD_FILES = 10


def contents(root: Root) -> dict[str, bytes]:
    kinds = ("notes", "files", "families")
    return {p: root.read_bytes(p) for kind in kinds for p in root.files(kind, recursive=True)}


def uninterrupted(place: Path, source: Path) -> dict[str, bytes]:
    """Return the dataset as it is without a flow, in one go."""
    root = Root.open(str(place))
    config = IngestConfig(
        root=root.uri, corpus="c", source=str(source), shard_files=SHARD_FILES, workers=1
    )
    build_notes(root, config)
    return contents(root)


def start(home: Path, source: Path, errors: Path) -> subprocess.Popen[bytes]:
    flags = ["--source", str(source), "--corpus", "c", "--shard-files", str(SHARD_FILES)]
    with errors.open("wb") as stream:
        return subprocess.Popen(
            [NOCTURNE, "ingest", *flags, "--root", str(home / "data"), "--workers", "1"],
            cwd=home,
            env=environment(home),
            stdout=subprocess.DEVNULL,
            stderr=stream,
            start_new_session=True,
        )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(100)


def test_killed_with_everything_it_started(tmp_path: Path, shared_midi: Path) -> None:
    source = tmp_path / "songs"
    source.mkdir()
    for path in sorted((shared_midi / "pop").iterdir()):
        shutil.copy(path, source)
    expected = uninterrupted(tmp_path / "whole", source)
    staged = tmp_path / "data/staging/c"
    process = start(tmp_path, source, tmp_path / "errors")
    try:
        while not list(staged.glob("extracted-*/shard-*.parquet")):
            assert process.poll() is None, (tmp_path / "errors").read_text()
            time.sleep(0.01)
    finally:
        kill_group(process)
    assert not (tmp_path / "data/corpora/c/notes.json").exists()
    with start(tmp_path, source, tmp_path / "errors") as process:
        assert process.wait(250) == 0, (tmp_path / "errors").read_text()
    assert contents(Root.open(str(tmp_path / "data"))) == expected
