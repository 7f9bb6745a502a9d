"""Runs whose process is gone: marked as crashed, so that they hold nothing up.

The server's automations do the same by heartbeats, but forget a run when the server rests for some
minutes. Here the runs of Nocturne's work pool are looked at, from where their processes were.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.states import Cancelled, Crashed

from deploy import automations

POOL = "nocturne"
WORKER_LABEL = "prefect.worker.name"
UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
KEPT = "What is published stays; start the run again and it goes on from there."


def runs_under_way(client: SyncPrefectClient) -> list[FlowRun]:
    """Return the runs of Nocturne's work pool that are running, pending or being cancelled."""
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=_under_way()), work_pool_filter=pool
    )


def mark_dead(client: SyncPrefectClient, runs: Iterable[FlowRun], why: str) -> None:
    """Mark the runs and their stages as crashed, or as cancelled where they were asked to end."""
    for run in runs:
        for stage in _stages_of(client, run.id):
            _mark(client, stage, why)
        _mark(client, run, why)


def _mark(client: SyncPrefectClient, run: FlowRun, why: str) -> None:
    ending = run.state is not None and run.state.type == StateType.CANCELLING
    state: State[None] = Cancelled(message=why) if ending else Crashed(message=f"{why} {KEPT}")
    client.set_flow_run_state(run.id, state, force=True)
    print(f"{run.name} is marked as {state.name}: {why}", flush=True)


def _stages_of(client: SyncPrefectClient, run_id: UUID) -> list[FlowRun]:
    """Return the runs inside a run that are under way."""
    parent = FlowRunFilterParentFlowRunId(any_=[run_id])
    inside = FlowRunFilter(parent_flow_run_id=parent, state=_under_way())
    found = client.read_flow_runs(flow_run_filter=inside)
    return [deeper for run in found for deeper in (*_stages_of(client, run.id), run)]


def _under_way() -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY))


def runs_of(worker: str, runs: Iterable[FlowRun]) -> list[FlowRun]:
    """Return those of the runs that the worker of that name has taken."""
    return [run for run in runs if run.labels.get(WORKER_LABEL) == worker]


def process_of(run: FlowRun) -> int | None:
    """Return the pid of a run's process on this machine; None if it has none.

    A pid alone proves nothing, since it is another program's after a restart of the machine:
    where /proc is, the process must carry the run's id in its environment.
    """
    pid = int(run.infrastructure_pid or 0)
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


class SilenceWatch:
    """Finds runs without a heartbeat, wherever they were; time in which nobody listened is free.

    After a rest of the server a living run has had no chance to be heard: a run is silent once
    neither the server has heard of it nor this watch has begun to listen within `SILENCE`.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Begin to listen."""
        self.now = now
        self.since: dict[UUID, float] = {}

    def deafened(self) -> None:
        """Take note that the server did not answer: begin anew."""
        self.since.clear()

    def silent(self, client: SyncPrefectClient, runs: Iterable[FlowRun]) -> list[FlowRun]:
        """Return those of the runs that run, or should end, and have been silent for too long."""
        limit = automations.SILENCE
        beating = [run for run in runs if run.state and run.state.type != StateType.PENDING]
        self.since = {run.id: self.since.get(run.id, self.now()) for run in beating}
        listened = [
            run for run in beating if self.now() - self.since[run.id] > limit.total_seconds()
        ]
        return [run for run in listened if _heard(client, run) < datetime.now(UTC) - limit]


def _heard(client: SyncPrefectClient, run: FlowRun) -> datetime:
    """Return when a run was last heard of: its last heartbeat or its last change of state."""
    beats = EventFilter(
        event=EventNameFilter(name=[automations.HEARTBEAT]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
    )
    found = client.read_events(beats, limit=1).events
    changed = run.state.timestamp if run.state else datetime.min.replace(tzinfo=UTC)
    return max(changed, *(event.occurred for event in found)) if found else changed
