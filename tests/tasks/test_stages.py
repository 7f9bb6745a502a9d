"""Stages know the run that contains them, and are tagged for the server's automations."""

import logging

import pytest
from prefect import flow
from prefect.context import FlowRunContext

from nocturne.tasks.server_kind import TEMPORARY
from nocturne.tasks.stages import STAGE, log_on_outer_run, outer_run, stages


def _this_run() -> tuple[str, set[str]]:
    """Return the id and the tags of the flow run that calls."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return str(context.flow_run.id), set(context.flow_run.tags)


@flow
def stage() -> tuple[str, str, set[str]]:
    """Return the outer run's id, and this run's id and tags."""
    outer = outer_run()
    assert outer is not None
    log_on_outer_run("a stage is %s", "done")
    return str(outer.id), *_this_run()


@flow
def work() -> tuple[str, set[str], tuple[str, str, set[str]]]:
    """Run a stage; return this run's id and tags, and what the stage found."""
    with stages():
        found = stage()
    assert outer_run() is None
    return *_this_run(), found


def _logged_on(run_id: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if str(getattr(record, "flow_run_id", "")) == run_id and "a stage is" in record.getMessage()
    ]


def test_outside_of_stages_there_is_no_outer_run(caplog: pytest.LogCaptureFixture) -> None:
    assert outer_run() is None
    with caplog.at_level(logging.INFO):
        log_on_outer_run("nobody %s this", "reads")
    with stages():
        assert outer_run() is None  # no flow runs here
    assert not caplog.records


@pytest.mark.usefixtures("prefect_server")
def test_a_stage_knows_the_outer_run_is_tagged_and_logs_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        run_id, tags, (outer_id, stage_id, stage_tags) = work()
    assert (outer_id, STAGE in stage_tags, STAGE in tags) == (run_id, True, False)
    assert stage_id != run_id
    assert _logged_on(run_id, caplog) == ["a stage is done"]


@pytest.mark.usefixtures("prefect_server")
def test_on_a_temporary_server_nothing_is_logged_twice(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEMPORARY, "1")
    with caplog.at_level(logging.INFO):
        run_id, *_ = work()
    assert _logged_on(run_id, caplog) == []
