"""In a run's log an expected error is one line; any other keeps its traceback."""

import logging

import pytest
from prefect import flow, task

import nocturne.flows
from nocturne.schemas.errors import ModelError
from nocturne.tasks.policy import may_pass

LINE = "no trained model under /data: run nocturne train"


@task(retries=1, retry_delay_seconds=0)
def tried_again() -> None:
    raise ModelError(LINE)


@task(retries=1, retry_delay_seconds=0, retry_condition_fn=may_pass)
def refused() -> None:
    raise ModelError(LINE)


@flow
def stage() -> None:
    refused()


@flow
def expected() -> None:
    assert tried_again(return_state=True).is_failed()
    stage()


@flow
def unexpected() -> None:
    raise ZeroDivisionError("by nothing")


@pytest.mark.usefixtures("prefect_server")
def test_an_expected_error_is_one_line_at_every_level(caplog: pytest.LogCaptureFixture) -> None:
    assert nocturne.flows  # whose import has set the logs up
    with caplog.at_level(logging.INFO):
        state = expected(return_state=True)
    assert state.message == f"Flow run encountered an exception: ModelError: {LINE}"
    records = [one for one in caplog.records if LINE in one.getMessage()]
    loggers = {one.name for one in records if one.levelno >= logging.ERROR}
    assert loggers == {"prefect.flow_runs", "prefect.task_runs"}
    assert not [one for one in records if one.exc_info or "\n" in one.getMessage()]
    assert "Traceback" not in caplog.text


@pytest.mark.usefixtures("prefect_server")
def test_an_unexpected_error_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        unexpected(return_state=True)
    assert "ZeroDivisionError: by nothing" in caplog.text
    assert "Traceback" in caplog.text
