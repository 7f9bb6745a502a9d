"""Ctrl-C on a terminal: one line, at once, and the next run goes on."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.nocturne import NOCTURNE, environment

pytestmark = pytest.mark.integration


def test_ctrl_c_ends_at_once_with_one_line(tmp_path: Path, shared_midi: Path) -> None:
    (tmp_path / "songs").mkdir()
    for path in sorted((shared_midi / "chorales").iterdir())[:20]:
        shutil.copy(path, tmp_path / "songs")
    with (
        (tmp_path / "err").open("w") as errors,
        subprocess.Popen(
            [NOCTURNE, "compose", "--source", "songs", "--max-minutes", "5"],
            cwd=tmp_path,
            env=environment(tmp_path),
            stderr=errors,
            start_new_session=True,  # as a shell does: Ctrl-C goes to all its processes
        ) as run,
    ):
        checkpoints = tmp_path / "nocturne-data/.cache/checkpoints"
        deadline = time.monotonic() + 120
        while not checkpoints.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert checkpoints.exists(), "training did not begin"
        os.killpg(run.pid, signal.SIGINT)
        sent = time.monotonic()
        assert run.wait(timeout=60) == 130
        assert time.monotonic() - sent < 20  # a compilation may have to end first
    said = (tmp_path / "err").read_text()
    assert said.rstrip().endswith("nocturne: stopped; run the same command again to go on")
    assert "Traceback" not in said
