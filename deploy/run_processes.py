"""The processes of runs on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

from prefect.client.schemas.objects import FlowRun


def process_of(run: FlowRun) -> int | None:
    """Return the pid of a run's process on this machine; None if it has none.

    A pid alone is no proof: after a restart of the machine it belongs to another program. Where
    there is /proc, the process must have the run's id in its environment.
    """
    known = (run.infrastructure_pid or "").rpartition(":")[2]  # some workers write host:pid
    pid = int(known) if known.isdecimal() else 0
    if not Path("/proc/self/environ").exists():
        return pid if pid and _is_alive(pid) else None
    mark = f"PREFECT__FLOW_RUN_ID={run.id}\0".encode()
    return next((known for known in (pid, *_pids()) if known and mark in _environment(known)), None)


def children_of(pid: int) -> list[int]:
    """Return the pids of a process's children that lead a process group of their own."""
    return [child for child in _pids() if _stat(child)[1:3] == [str(pid), str(child)]]


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def _stat(pid: int) -> list[str]:
    """Return a process's state, parent and process group; nothing if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[:3]
    except OSError:
        return []


def _environment(pid: int) -> bytes:
    """Return a process's environment; nothing if it has ended or may not be read."""
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
