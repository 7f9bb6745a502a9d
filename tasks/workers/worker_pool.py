"""Isolated worker processes: one that hangs, explodes or dies harms only what it was doing.

Callers borrow a lane, which is one process; work that loses its process is done again in
smaller parts until the culprit is known.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from types import TracebackType
from typing import Any, Self, TypeVar

from nocturne.schemas.reasons import Reason
from nocturne.tasks.workers.worker_process import WorkerLostError, WorkerProcess

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Work = Callable[[list[Argument]], list[Result]]

ATTEMPTS = 3  # of a file alone: a process can also be killed by someone else


class Workers:
    """`count` worker processes, shared by any number of threads. Use as a context manager."""

    def __init__(
        self, count: int, initializer: Callable[..., object] = int, initargs: Sequence[Any] = ()
    ) -> None:
        self.count = count
        self._lanes = [WorkerProcess(initializer, initargs) for _ in range(count)]
        self._free: Queue[WorkerProcess] = Queue()
        for lane in self._lanes:
            self._free.put(lane)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Kill all worker processes."""
        for lane in self._lanes:
            lane.stop()

    def call(
        self, work: Work[Argument, Result], arguments: list[Argument], timeout: float
    ) -> list[Result]:
        """Run `work(arguments)` in the next free process; raises WorkerLostError."""
        lane = self._free.get()
        try:
            return lane.call(work, arguments, timeout)
        finally:
            self._free.put(lane)

    def map(
        self,
        work: Work[Argument, Result],
        arguments: Sequence[Argument],
        lost: Callable[[WorkerLostError], Result],
        *,
        chunk: int,
        timeout: float,
    ) -> list[Result]:
        """Return the result for each argument, in order, `chunk` of them a message.

        A chunk that loses its process is done again one by one, each within `timeout`
        seconds; the result of an argument that loses it every time is `lost(why)`.
        """

        def one(argument: Argument) -> Result:
            for _ in range(ATTEMPTS):
                try:
                    return self.call(work, [argument], timeout)[0]
                except WorkerLostError as error:
                    loss = error
                    if error.reason is not Reason.PARSER_CRASHED:
                        break
            return lost(loss)

        def many(part: list[Argument]) -> list[Result]:
            try:
                return self.call(work, part, timeout)
            except WorkerLostError:
                return [one(argument) for argument in part]

        parts = [list(arguments[i : i + chunk]) for i in range(0, len(arguments), chunk)]
        with ThreadPoolExecutor(self.count + 1) as threads:
            return [result for part in threads.map(many, parts) for result in part]
