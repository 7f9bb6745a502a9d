"""Processes under a state folder: found while they live, ended with all that they started."""

import os
import sys
import time
from pathlib import Path

import pytest

from deploy.processes import AlreadyRunningError, Processes, StateFolder

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
STARTS_ANOTHER = [
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)",
]


def _is_alive(pid: int) -> bool:
    """Tell a running process from one that has ended and that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def _printed(path: Path) -> int:
    while not (text := path.read_text()).endswith("\n"):
        time.sleep(0.02)
    return int(text)


def test_nothing_runs_in_a_fresh_folder(tmp_path: Path) -> None:
    assert not StateFolder(tmp_path / "state").stop()
    assert not (tmp_path / "state").exists()


def test_a_second_life_is_refused_while_the_first_lasts(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    with state.held() as lock:
        assert state.address() == "still starting"
        Processes(state, lock).announce("http://here")
        assert state.address() == "http://here"
        with pytest.raises(AlreadyRunningError), state.held():
            pass
    with state.held():
        assert state.address() == "still starting"


def test_everything_ends_with_what_it_started(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    with state.held() as lock:
        processes = Processes(state, lock)
        processes.start("one", STARTS_ANOTHER, os.environ)
        pids = [processes.running["one"].pid, _printed(processes.log("one"))]
        assert processes.ended() is None
        assert all(map(_is_alive, pids))
        processes.stop()
        assert processes.wait() == "one"
    deadline = time.monotonic() + 10
    while any(map(_is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_is_alive, pids))
    assert not state.stop()


def test_what_a_killed_parent_left_behind_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.processes.GRACE_SECONDS", 0.2)
    state = StateFolder(tmp_path)
    with state.held() as lock:
        processes = Processes(state, lock)
        processes.start("one", SLEEPS, os.environ)
    # The lock has gone with the block; the child still holds it.
    child = processes.running["one"]
    gone = tmp_path / "pids"
    gone.write_text(f"{2**22 + 1}\n{child.pid}\n")  # beyond the largest pid there can be
    assert state.stop()
    assert child.wait(10) == -9
    assert not state.stop()
