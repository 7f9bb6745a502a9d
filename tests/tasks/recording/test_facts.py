"""Every flow run ends with one line of facts, and every task counts as a stage of it."""

import inspect
import logging
import re
from importlib import import_module
from pathlib import Path

import pytest
from prefect import Task, flow

from nocturne.flows import compose, generate, ingest, prepare, promote, retrain, tidy, train
from nocturne.schemas.errors import SourceError
from nocturne.tasks.recording import facts
from nocturne.tasks.recording.facts import facts_line, present_facts, task

FLOWS = (compose, generate, ingest, prepare, promote, retrain, tidy, train)
TASK_MODULES = [path.stem for path in (Path(facts.__file__).parents[1]).glob("*.py")]


@task(name="count")
def count_task(number: int) -> int:
    return number + 1


@flow(name="inner")
def inner(number: int) -> int:
    with facts_line() as found:
        assert present_facts() is found
        if number < 0:
            raise SourceError("no numbers below zero")
        return count_task(count_task(number))


@flow(name="outer")
def outer(number: int) -> int:
    with facts_line():
        return inner(number)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if "written; reused: " in r.getMessage()]


@pytest.mark.usefixtures("prefect_server")
def test_each_run_logs_its_facts_last_and_the_outer_run_those_of_both(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        assert outer(1) == 3
    first, second = lines(caplog)
    assert re.fullmatch(
        r"inner: \d+\.\d s \(count \d+\.\d\); 0\.0 MB written; reused: nothing", first
    )
    assert re.fullmatch(
        r"outer: \d+\.\d s \(inner \d+\.\d\); 0\.0 MB written; reused: nothing", second
    )
    assert present_facts() is None


@pytest.mark.usefixtures("prefect_server")
def test_a_failed_run_logs_its_facts_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(SourceError):
        outer(-1)
    assert [re.sub(r"\d+\.\d s", "T", line) for line in lines(caplog)] == [
        "inner failed after T; 0.0 MB written; reused: nothing",
        "outer failed after T (inner 0.0); 0.0 MB written; reused: nothing",
    ]


def test_outside_of_a_run_a_task_is_plain() -> None:
    assert count_task.fn(1) == 2
    assert (count_task.name, count_task.fn.__name__) == ("count", "count_task")


def test_every_flow_ends_with_the_line() -> None:
    for module in FLOWS:
        source = inspect.getsource(module)
        assert "facts_line()" in source or "recorded_night(" in source, module.__name__


def test_the_time_of_every_task_is_a_stage() -> None:
    modules = [import_module(f"nocturne.tasks.{name}") for name in TASK_MODULES]
    tasks = [one for module in modules for one in vars(module).values() if isinstance(one, Task)]
    untimed = [one.name for one in tasks if one.fn.__code__.co_filename != facts.__file__]
    assert len(tasks) >= 14
    assert untimed == []
