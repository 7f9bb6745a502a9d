"""Marks runs of Nocturne's work pool whose process is gone, so that they block no other run.

    python -m deploy.dead_runs [ID ...]

marks the runs with these ids, or lists those that are under way. The server's automations do the
same by heartbeats, but forget a run when the server is down for some minutes.
"""

import sys
from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed

POOL = "nocturne"
WORKER_LABEL = "prefect.worker.name"
UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
STAGE_UNDER_WAY = [*UNDER_WAY, StateType.PAUSED]  # it waits for a person's answer
KEPT = "Published data stays; start the run again to continue from there."


def runs_under_way(client: SyncPrefectClient) -> list[FlowRun]:
    """Return the runs of Nocturne's work pool that are running, pending or being cancelled."""
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=_in_state(UNDER_WAY)), work_pool_filter=pool
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
    inside = FlowRunFilter(parent_flow_run_id=parent, state=_in_state(STAGE_UNDER_WAY))
    found = client.read_flow_runs(flow_run_filter=inside)
    return [deeper for run in found for deeper in (*_stages_of(client, run.id), run)]


def _in_state(types: list[StateType]) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=types))


def runs_of(worker: str, runs: Iterable[FlowRun]) -> list[FlowRun]:
    """Return those of the runs that the worker of that name has taken."""
    return [run for run in runs if run.labels.get(WORKER_LABEL) == worker]


def main(ids: list[str]) -> None:
    """Mark the named runs, or list what is under way; exit with one line for an unknown run."""
    with get_client(sync_client=True) as client:
        runs = {str(run.id): run for run in runs_under_way(client)}
        for run_id in ids:
            if run_id not in runs:
                sys.exit(f"{run_id}: no run of work pool {POOL} is under way by this id")
        if not ids:
            print("\n".join(f"{one}  {run.name}" for one, run in runs.items()) or "none")
        mark_dead(client, [runs[run_id] for run_id in ids], "A person marked the run.")


if __name__ == "__main__":
    main(sys.argv[1:])
