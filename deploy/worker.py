"""A worker of Nocturne's work pool that leaves no run behind.

    python -m deploy.worker [options of `prefect worker start`, such as --work-queue cpu]

At its start it marks the runs as crashed that it left when it was killed. While it works it marks
every run of the pool that has been silent for too long. Before it ends it marks the runs that it
cuts off. The server then starts a crashed run once more. Deployments of an earlier version are
given their present entrypoints first.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectException

from deploy.dead_runs import POOL, mark_dead, runs_of, runs_under_way
from deploy.old_entrypoints import correct_old_entrypoints
from deploy.run_processes import children_of, process_of
from deploy.silence import SilenceWatch

METRICS = str(Path(__file__).with_name("metrics.py"))
HEARTBEATS = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}  # seconds
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_SECONDS = 12  # for Prefect's worker to end; `make server` waits for 20
CHECK_SECONDS = 30.0  # between two checks of the pool
RESTART_SECONDS = 5.0  # for the server to see a crash and plan the restart


def worker_name(options: list[str]) -> str:
    """Return the name of a worker: the same after a restart, and no other machine's."""
    return re.sub("[^A-Za-z0-9.-]+", "-", "-".join((socket.gethostname(), _card(), *options)))


def _card() -> str:
    """Return the address of this machine's network card: host names are not always unique."""
    return f"{uuid.getnode():012x}"


def main(options: list[str]) -> int:
    """Work until SIGTERM or SIGINT, or until Prefect's worker ends; return the exit code."""
    name = worker_name(options)
    for number in ENDING_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        attempt(correct_old_entrypoints)
        attempt(lambda client: _mark_gone(client, name, "The run and its worker were killed."))
        return _work(name, options)
    except KeyboardInterrupt:
        return 0


def _work(name: str, options: list[str]) -> int:
    """Run Prefect's worker and the watch; at the end stop the worker and mark its runs."""
    prefect = [sys.executable, "-P", METRICS, "worker", "start", "--pool", POOL]
    command = [*prefect, "--type", "process", "--name", name, *options]
    process = subprocess.Popen(command, env={**HEARTBEATS, **os.environ})
    ended = threading.Event()
    threading.Thread(target=_watch, args=(ended,), daemon=True).start()
    try:
        return process.wait()
    finally:
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        ended.set()
        _stop(process)
        attempt(lambda client: _mark_stopped(client, name))


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _watch(ended: threading.Event) -> None:
    """Mark runs of the pool that have fallen silent, until `ended`."""
    watch = SilenceWatch()
    while not ended.wait(CHECK_SECONDS):
        if not attempt(lambda client: _mark_silent(client, watch)):
            watch.restart()


def _mark_silent(client: SyncPrefectClient, watch: SilenceWatch) -> None:
    gone = [run for run in runs_under_way(client) if process_of(run) is None]
    mark_dead(client, watch.silent(client, gone), "No heartbeat has come for 3 minutes.")


def _mark_gone(client: SyncPrefectClient, name: str, why: str) -> list[FlowRun]:
    """Mark the runs of this worker that have no process any more; return them."""
    gone = [run for run in runs_of(name, runs_under_way(client)) if process_of(run) is None]
    mark_dead(client, gone, why)
    return gone


def _mark_stopped(client: SyncPrefectClient, name: str) -> None:
    """Mark the runs that were cut off, and wait for the server to plan their restarts."""
    before = datetime.now(UTC)
    cut_off = _mark_gone(client, name, "The worker was stopped in the middle of the run.")
    deadline = time.monotonic() + RESTART_SECONDS
    while cut_off and time.monotonic() < deadline and not _planned(client, cut_off, before):
        time.sleep(0.2)


def _planned(client: SyncPrefectClient, runs: list[FlowRun], since: datetime) -> bool:
    """Return whether the server has planned new runs of all these deployments."""
    wanted = {run.deployment_id for run in runs}
    of_these = DeploymentFilter(id=DeploymentFilterId(any_=[one for one in wanted if one]))
    planned = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
    )
    found = client.read_flow_runs(  # 200 at most: a restart is due before what schedules planned
        flow_run_filter=planned,
        deployment_filter=of_these,
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
    )
    return wanted <= {run.deployment_id for run in found if run.created and run.created > since}


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End Prefect's worker and all its runs."""
    runs = children_of(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    process.kill()
    process.wait()
    for pid in runs:  # each leads a process group of its own
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def attempt(action: Callable[[SyncPrefectClient], object]) -> bool:
    """Run an action with a client of the server; return False if the server does not answer."""
    try:
        with get_client(sync_client=True) as client:
            action(client)
    except (httpx.HTTPError, PrefectException) as error:
        print(f"the server does not answer: {type(error).__name__}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
