"""Ctrl-C on a terminal: one line, at once, and the next run goes on."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.nocturne import NOCTURNE, environment

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

ENDLESS = "1000000"  # steps: weeks of training


@pytest.mark.parametrize(
    "by",
    # SIGTERM takes the same way: test_prefect_session sends both to a process.
    [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)],
)
def test_an_interrupt_ends_at_once_with_one_line(
    by: signal.Signals, tmp_path: Path, shared_midi: Path
) -> None:
    (tmp_path / "songs").mkdir()
    for path in sorted((shared_midi / "chorales").iterdir())[:20]:
        shutil.copy(path, tmp_path / "songs")
    with (
        (tmp_path / "err").open("w") as errors,
        subprocess.Popen(
            [NOCTURNE, "compose", "--source", "songs"],
            cwd=tmp_path,
            env=environment(tmp_path, NOCTURNE_MAX_STEPS=ENDLESS),
            stderr=errors,
            start_new_session=True,  # as a shell does: Ctrl-C goes to all its processes
        ) as run,
    ):
        checkpoints = tmp_path / "nocturne-data/.cache/checkpoints"
        while not checkpoints.exists():
            assert run.poll() is None, (tmp_path / "err").read_text()
            time.sleep(0.2)
        if by == signal.SIGINT:
            os.killpg(run.pid, by)  # the terminal's way
        else:
            run.send_signal(by)
        assert run.wait(timeout=200) == 130  # a compilation may have to end first
    errors_text = (tmp_path / "err").read_text()
    assert errors_text.rstrip().endswith("nocturne: stopped; run the same command again to go on")
    assert "Traceback" not in errors_text
    assert not _processes_of(run.pid)


def _processes_of(session: int) -> list[str]:
    """Return the command lines of what still runs in a session, after giving it time to end."""
    for _ in range(100):
        left = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it may end while we look
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == session and fields[0] != "Z":
                    left.append((stat.parent / "cmdline").read_text().replace("\0", " "))
        if not left:
            break
        time.sleep(0.1)
    return left
