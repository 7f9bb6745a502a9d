"""Runs whose process is gone are found and marked, with their stages; others are left alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect import flow, task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Cancelling, Completed, Paused, Pending, Running

from deploy import run_processes
from deploy.dead_runs import main, mark_dead, runs_of, runs_under_way
from deploy.run_processes import children_of, process_of
from deploy.silence import SilenceWatch


@flow
def work() -> None:
    """Nothing: its runs are set to what the tests need."""


@task
def stage() -> None:
    """Stands for a stage in the run that calls it."""


@pytest.fixture
def client(prefect_server: None) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        for name in ("nocturne", "others"):
            with suppress(ObjectAlreadyExists):
                client.create_work_pool(WorkPoolCreate(name=name, type="process"))
        yield client


def _run(client: SyncPrefectClient, state: State[Any], **more: Any) -> UUID:
    run = client.create_flow_run(work, state=state, **more)
    return run.id


def _state(client: SyncPrefectClient, run_id: UUID) -> tuple[str, str]:
    state = client.read_flow_run(run_id).state
    assert state
    return state.name or "", state.message or ""


def test_only_runs_of_the_pool_that_are_under_way_are_looked_at(client: SyncPrefectClient) -> None:
    ours = [_run(client, state, work_pool_name="nocturne") for state in (Running(), Pending())]
    _run(client, Completed(), work_pool_name="nocturne")
    _run(client, Running(), work_pool_name="others")
    _run(client, Running())
    assert {run.id for run in runs_under_way(client)} == set(ours)
    mark_dead(client, runs_under_way(client), "Over.")
    assert runs_under_way(client) == []


def test_a_dead_run_is_crashed_with_its_stages_or_cancelled_if_that_was_asked(
    client: SyncPrefectClient,
) -> None:
    crashed = _run(client, Running(), work_pool_name="nocturne")
    ending = _run(client, Cancelling(), work_pool_name="nocturne")
    call = client.create_task_run(task=stage, flow_run_id=crashed, dynamic_key="0", state=Running())
    inner = _run(client, Running(), parent_task_run_id=call.id)
    asking = client.create_task_run(
        task=stage, flow_run_id=crashed, dynamic_key="1", state=Running()
    )
    waiting = _run(client, Running(), parent_task_run_id=asking.id)
    client.set_flow_run_state(waiting, Paused(timeout_seconds=60))
    assert _state(client, waiting)[0] == "Paused"
    mark_dead(client, runs_under_way(client), "The worker was stopped.")
    kept = "Published data stays; start the run again to continue from there."
    for run in (crashed, inner, waiting):
        assert _state(client, run) == ("Crashed", f"The worker was stopped. {kept}")
    assert _state(client, ending) == ("Cancelled", "The worker was stopped.")


def test_a_person_marks_a_run_by_its_id(
    client: SyncPrefectClient, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(_run(client, Running(), work_pool_name="nocturne"))
    stranger = str(_run(client, Running(), work_pool_name="others"))
    main([])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [run]
    with pytest.raises(SystemExit, match=f"{stranger}: no run of work pool nocturne"):
        main([run, stranger])
    main([run])
    assert _state(client, UUID(run))[0] == "Crashed"
    assert _state(client, UUID(stranger))[0] == "Running"
    main([])
    assert capsys.readouterr().out.endswith("none\n")


def test_the_runs_of_a_worker_are_known_by_its_label(client: SyncPrefectClient) -> None:
    run = _run(client, Running(), work_pool_name="nocturne")
    client.update_flow_run_labels(run, {"prefect.worker.name": "here"})
    runs = runs_under_way(client)
    assert [one.id for one in runs_of("here", runs)] == [run]
    assert runs_of("elsewhere", runs) == []
    mark_dead(client, runs, "Over.")


def test_a_process_is_known_by_its_run_not_by_its_pid() -> None:
    run = FlowRun(flow_id=uuid4(), infrastructure_pid=str(os.getpid()))
    assert process_of(run) is None  # this process is alive, and another program
    environment = {**os.environ, "PREFECT__FLOW_RUN_ID": str(run.id)}
    sleeper = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        env=environment,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while process_of(run) is None and time.monotonic() < deadline:
            time.sleep(0.01)  # its environment is this process's until it runs its own program
        assert process_of(run) == sleeper.pid
        assert sleeper.pid in children_of(os.getpid())
    finally:
        sleeper.kill()
        sleeper.communicate()
    assert process_of(run) is None
    assert sleeper.pid not in children_of(os.getpid())


def test_processes_are_known_without_proc_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_processes, "PROC", tmp_path / "proc")
    sleeper = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    run = FlowRun(flow_id=uuid4(), infrastructure_pid=str(sleeper.pid))
    try:
        assert process_of(run) == sleeper.pid
        assert sleeper.pid in children_of(os.getpid())
    finally:
        sleeper.kill()
        sleeper.communicate()
    assert process_of(run) is None
    assert sleeper.pid not in children_of(os.getpid())


def test_silence_counts_from_when_somebody_listened(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.automations.SILENCE", timedelta(seconds=1))
    clock = [0.0]
    watch = SilenceWatch(lambda: clock[0])
    run = _run(client, Running(), work_pool_name="nocturne")
    _run(client, Pending(), work_pool_name="nocturne")  # has no heart yet
    runs = runs_under_way(client)
    time.sleep(1.1)  # no heartbeat comes
    assert watch.silent(client, runs) == []  # listened for nothing yet
    clock[0] = 1.5
    watch.restart()  # the server was down: a living run must have time for a heartbeat
    assert watch.silent(client, runs) == []
    clock[0] = 3.0
    assert [one.id for one in watch.silent(client, runs)] == [run]
    mark_dead(client, runs, "Over.")


def test_a_run_that_was_just_heard_of_is_not_silent(client: SyncPrefectClient) -> None:
    clock = [0.0]
    watch = SilenceWatch(lambda: clock[0])
    _run(client, Running(), work_pool_name="nocturne")
    runs = runs_under_way(client)
    for clock[0] in (0.0, 1000.0):
        assert watch.silent(client, runs) == []  # it began this minute
    mark_dead(client, runs, "Over.")
