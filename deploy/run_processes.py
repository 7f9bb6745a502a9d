"""The processes of runs on this machine."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from prefect.client.schemas.objects import FlowRun

PROC = Path("/proc")  # on Linux alone


def process_of(run: FlowRun) -> int | None:
    """Return the pid of a run's process on this machine; None if it has none.

    A pid alone proves nothing, since it is another program's after a restart of the machine:
    on Linux the process must have the run's id in its environment.
    """
    known = (run.infrastructure_pid or "").rpartition(":")[2]  # some workers write host:pid
    pid = int(known) if known.isdecimal() else 0
    if not PROC.exists():
        return pid if pid and _is_alive(pid) else None
    mark = f"PREFECT__FLOW_RUN_ID={run.id}\0".encode()
    return next((pid for pid in (pid, *_pids()) if pid and mark in _environment(pid)), None)


def children_of(pid: int) -> list[int]:
    """Return the pids of a process's children that lead a process group of their own."""
    return [child for child, parent, group in _processes() if parent == pid and group == child]


def _processes() -> Iterator[tuple[int, int, int]]:
    """Yield (pid, parent's pid, process group) of every process on this machine."""
    if PROC.exists():
        for pid in _pids():
            if facts := _stat(pid):
                yield pid, int(facts[1]), int(facts[2])
        return
    listing = subprocess.run(
        ["/bin/ps", "-axo", "pid=,ppid=,pgid="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, group = map(int, line.split())
        yield pid, parent, group


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in PROC.glob("[0-9]*"))


def _stat(pid: int) -> list[str]:
    """Return a process's state, parent and process group; [] if it has ended."""
    try:
        return (PROC / f"{pid}/stat").read_text().rpartition(") ")[2].split()[:3]
    except OSError:
        return []


def _environment(pid: int) -> bytes:
    """Return a process's environment; empty if it has ended or is another user's."""
    try:
        return (PROC / f"{pid}/environ").read_bytes() + b"\0"
    except OSError:
        return b""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
