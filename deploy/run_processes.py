"""The processes of runs on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

from prefect.client.schemas.objects import FlowRun


def process_of(run: FlowRun) -> int | None:
    """Return the pid of a run's process on this machine; None if it has none.

    A pid alone proves nothing, since it is another program's after a restart of the machine:
    where /proc is, the process must carry the run's id in its environment.
    """
    known = (run.infrastructure_pid or "").rpartition(":")[2]  # some workers write host:pid
    pid = int(known) if known.isdecimal() else 0
    if not Path("/proc/self/environ").exists():
        return pid if pid and _is_alive(pid) else None
    mark = f"PREFECT__FLOW_RUN_ID={run.id}\0".encode()
    return next((one for one in (pid, *_pids()) if one and mark in _environment(one)), None)


def children_of(pid: int) -> list[int]:
    """Return the pids of a process's children that lead a process group of their own."""
    return [one for one in _pids() if _stat(one)[1:3] == [str(pid), str(one)]]


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def _stat(pid: int) -> list[str]:
    """Return a process's state, parent and process group; nothing where there is no such thing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:3]
    except OSError:
        return []


def _environment(pid: int) -> bytes:
    """Return a process's environment; nothing for one that has ended or is not ours to read."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
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
