"""A worker that hangs, dies or explodes is found out; everything beside it is unharmed."""

import os
import signal
import threading
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.schemas.reasons import Reason
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.workers.workers_for_tests import behave


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, limit_memory, (512,)) as started:
        yield started


def outcomes(workers: Workers, contents: list[bytes], chunk: int = 4) -> list[str]:
    return workers.map(
        behave, contents, lambda lost: f"{lost.reason}: {lost.detail}", chunk=chunk, timeout=1.5
    )


def test_the_culprits_are_found_and_the_rest_is_unharmed(workers: Workers) -> None:
    contents = [b"%d" % i for i in range(12)]
    expected = [f"{i}" for i in range(12)]
    for at, content, outcome in (
        (1, b"kill", f"{Reason.PARSER_CRASHED}: exit code -9"),
        (2, b"segfault", f"{Reason.PARSER_CRASHED}: exit code -11"),
        (5, b"hang", f"{Reason.PARSER_TIMED_OUT}: over 1.5 seconds"),
        (7, b"explode", "out of memory"),
        (8, b"leak", f"{Reason.PARSER_OUT_OF_MEMORY}: "),
        (11, b"exit", f"{Reason.PARSER_CRASHED}: exit code 3"),
    ):
        contents[at], expected[at] = content, outcome
    assert outcomes(workers, contents) == expected


def test_workers_import_neither_prefect_nor_tensorflow_nor_the_main_module(
    workers: Workers,
) -> None:
    modules = outcomes(workers, [b"modules"])[0].split()
    assert "pebble" in modules
    assert not {"prefect", "tensorflow", "keras", "pyarrow", "pandera", "pytest"} & set(modules)


def test_an_outsider_killing_workers_costs_nothing(workers: Workers) -> None:
    random = Random(3)

    def kill_all() -> None:
        for process in workers._processes:
            for pid in list(process._pool._pool_manager.worker_manager.workers):
                os.kill(pid, signal.SIGKILL)

    for _ in range(8):
        killer = threading.Timer(random.random() / 100, kill_all)  # idle, starting or at work
        killer.start()
        assert outcomes(workers, [b"a", b"b", b"c"] * 4) == ["a", "b", "c"] * 4
        killer.join()
    assert outcomes(workers, [b"a", b"b"]) == ["a", "b"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 99), max_size=20), st.integers(1, 7))
def test_results_are_in_order_whatever_the_chunks(numbers: list[int], chunk: int) -> None:
    with Workers(0) as none:
        assert none.count == 0
    shared = outcomes_of_numbers(numbers, chunk)
    assert shared == [f"{n}" for n in numbers]


_kept: list[Workers] = []


def outcomes_of_numbers(numbers: list[int], chunk: int) -> list[str]:
    if not _kept:
        _kept.append(Workers(1))
    return outcomes(_kept[0], [b"%d" % n for n in numbers], chunk)


@pytest.fixture(scope="module", autouse=True)
def stop_kept() -> Iterator[None]:
    yield
    while _kept:
        _kept.pop().stop()
