"""kill -9 at random moments: run again, and the bytes are the same.

Killed are the process that leads, its worker processes, or all of them at once.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.raw_shards_for_tests import write_raw
from tests.tasks.music.smf import smf, tune

FILES = [
    (f"{i}.mid", smf(tune([40 + i % 40, 50, 60 + i % 7] * (1 + i % 5)))[: None if i % 9 else -4])
    for i in range(90)
]
REPOSITORY = Path(__file__).parents[3]


def start(root: Root) -> subprocess.Popen[bytes]:
    script = "tests.tasks.corpus.ingest_process"
    command = [sys.executable, "-m", script, root.uri]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert process.stdout is not None
    assert process.stdout.readline() == b"started\n"
    return process


def dataset_bytes(root: Root) -> dict[str, bytes]:
    kinds = ("notes", "files", "families", "corpora", "staging")
    return {p: root.read_bytes(p) for kind in kinds for p in root.files(kind, recursive=True)}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(process: subprocess.Popen[bytes], victims: str) -> list[int]:
    """Kill these with signal 9; returns the worker processes that there were."""
    workers = children(process.pid)
    if victims != "workers":
        process.kill()
    if victims != "leader":
        for pid in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return workers


def assert_all_end(pids: list[int]) -> None:
    deadline = time.monotonic() + 100
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "worker processes outlive their parent"
        time.sleep(0.05)


def killed_and_run_again(tmp_path: Path, victims: str, moments: int) -> None:
    whole = Root.open(str(tmp_path / "whole"))
    write_raw(whole, FILES, 9)
    begun = time.monotonic()
    with start(whole) as process:
        assert process.wait(250) == 0
    lasts = time.monotonic() - begun
    expected = dataset_bytes(whole)
    assert "corpora/c/notes.json" in expected
    rng = random.Random(f"{victims} {moments}")
    for moment in range(moments):
        root = Root.open(str(tmp_path / "killed"))
        write_raw(root, FILES, 9)
        with start(root) as process:
            time.sleep(rng.uniform(0, lasts / 2))
            workers = kill(process, victims)
            # Without workers, the one that leads must find new ones and end well by itself.
            assert process.wait(250) in ((0,) if victims == "workers" else (0, -signal.SIGKILL))
        assert_all_end(workers)
        with start(root) as process:
            assert process.wait(250) == 0, moment
        assert dataset_bytes(root) == expected
        shutil.rmtree(root.base)


ONE_ALONE = [pytest.param(one, marks=pytest.mark.soak) for one in ("leader", "workers")]


@pytest.mark.parametrize("victims", ["all", *ONE_ALONE])
def test_killed_at_a_random_moment(tmp_path: Path, victims: str) -> None:
    killed_and_run_again(tmp_path, victims, 1)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("victims", ["leader", "workers", "all"])
def test_killed_at_many_random_moments(tmp_path: Path, victims: str) -> None:
    killed_and_run_again(tmp_path, victims, 20)
