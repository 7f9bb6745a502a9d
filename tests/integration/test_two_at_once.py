"""Two ingests of different sources into one corpus, with a server each: the first one stands."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.storage.root import Root
from tests.integration.nocturne import NOCTURNE, environment

pytestmark = pytest.mark.integration


def _ingest(place: Path, root: Path, source: Path) -> "subprocess.Popen[str]":
    place.mkdir()
    return subprocess.Popen(
        [NOCTURNE, "ingest", "--source", str(source), "--corpus", "c", "--root", str(root)],
        cwd=place,
        env=environment(place),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_second_ends_with_one_line_and_the_first_publishes(
    shared_midi: Path, tmp_path: Path
) -> None:
    root, lock = tmp_path / "root", tmp_path / "root/.cache/locks/corpus-c.lock"
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted((shared_midi / "chorales").rglob("*.mid"))[:3]:
        shutil.copy(path, few)
    first = _ingest(tmp_path / "first", root, shared_midi / "chorales")
    while not lock.exists():
        assert first.poll() is None
        time.sleep(0.01)
    first.send_signal(signal.SIGSTOP)  # in the middle of it, for as long as the second takes
    second = _ingest(tmp_path / "second", root, few)
    try:
        said = second.communicate(timeout=200)[1]
    finally:
        first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert "ingest of corpus c cannot start: ingest of corpus c (host " in said
    assert f"pid {first.pid}, since " in said
    assert "Traceback" not in said
    first.communicate(timeout=200)
    assert first.returncode == 0
    dataset = note_dataset(Root.open(str(root)), "c")
    assert dataset.counts.inputs == len(list((shared_midi / "chorales").rglob("*.mid")))
    assert not lock.exists()
