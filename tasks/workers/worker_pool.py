"""A pool of isolated worker processes: one that hangs or crashes harms no other.

Callers borrow one process at a time. Work that loses its process is run again, one argument at a
time, until the argument that does it is known.
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

ATTEMPTS = 3  # with one argument: a process can also be killed from outside


class Workers:
    """`count` worker processes, shared by any number of threads. Use as a context manager."""

    def __init__(
        self, count: int, initializer: Callable[..., object] = int, initargs: Sequence[Any] = ()
    ) -> None:
        self.count = count
        self._processes = [WorkerProcess(initializer, initargs) for _ in range(count)]
        self._free: Queue[WorkerProcess] = Queue()
        for process in self._processes:
            self._free.put(process)

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
        for process in self._processes:
            process.stop()

    def call(
        self, work: Work[Argument, Result], arguments: list[Argument], timeout: float
    ) -> list[Result]:
        """Run `work(arguments)` in the next free process; raises WorkerLostError."""
        process = self._free.get()
        try:
            return process.call(work, arguments, timeout)
        finally:
            self._free.put(process)

    def map(
        self,
        work: Work[Argument, Result],
        arguments: Sequence[Argument],
        lost: Callable[[WorkerLostError], Result],
        *,
        chunk: int,
        timeout: float,
    ) -> list[Result]:
        """Return the result for each argument, in order; `chunk` arguments go in one message.

        A chunk that loses its process is run again one argument at a time, each within `timeout`
        seconds. The result of an argument that loses its process every time is `lost(error)`.
        """

        def run_alone(argument: Argument) -> Result:
            for _ in range(ATTEMPTS):
                try:
                    return self.call(work, [argument], timeout)[0]
                except WorkerLostError as error:
                    loss = error
                    if error.reason is not Reason.PARSER_CRASHED:
                        break
            return lost(loss)

        def run_chunk(part: list[Argument]) -> list[Result]:
            try:
                return self.call(work, part, timeout)
            except WorkerLostError:
                return [run_alone(argument) for argument in part]

        parts = [list(arguments[i : i + chunk]) for i in range(0, len(arguments), chunk)]
        with ThreadPoolExecutor(self.count + 1) as threads:
            return [result for part in threads.map(run_chunk, parts) for result in part]
