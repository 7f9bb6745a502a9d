"""Isolated worker processes: one that hangs, explodes or dies harms only what it was doing.

Each lane is a pebble pool of a single spawned process, so that killing one never leaves a
lock of another held. Callers borrow a lane, and a lane that failed is replaced.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from queue import Queue
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool
from pebble.pool.base_pool import PoolStatus

from schemas.reasons import Reason

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Work = Callable[[list[Argument]], list[Result]]

START_SECONDS = 60.0  # longest that a fresh process may take to begin
STARTS = 10  # of a process before giving up on starting any
ATTEMPTS = 3  # of a file alone: a process can also be killed by someone else
_starting = threading.Lock()


class WorkerLostError(Exception):
    """The process was lost while it worked: crashed, timed out or out of memory."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class _PlainProcess(SpawnProcess):
    """A spawned process that does not import the parent's main module again.

    Main modules import Prefect, which would cost every worker seconds and its memory.
    """

    def start(self) -> None:
        with _starting:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                super().start()
            finally:
                sys.modules["__main__"] = main


class _PlainContext(SpawnContext):
    Process = _PlainProcess


class _Lane:
    """One worker process, started anew after each loss."""

    def __init__(self, initializer: Callable[..., object], initargs: Sequence[Any]) -> None:
        self._initializer = initializer
        self._initargs = initargs
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPool:
        return ProcessPool(
            max_workers=1,
            initializer=self._initializer,
            initargs=self._initargs,
            context=_PlainContext(),
        )

    def call(self, work: Work[Any, Any], arguments: list[Any], timeout: float) -> list[Any]:
        """Run `work(arguments)` there; raises WorkerLostError, or what `work` raised."""
        for _ in range(STARTS):
            try:
                return self._call(work, arguments, timeout)
            except FutureTimeoutError as error:
                self._replace()
                detail = f"over {timeout:g} seconds"
                raise WorkerLostError(Reason.PARSER_TIMED_OUT, detail) from error
            except ProcessExpired as error:
                self._replace()
                detail = f"exit code {error.exitcode}"
                raise WorkerLostError(Reason.PARSER_CRASHED, detail) from error
            except MemoryError as error:
                self._replace()
                raise WorkerLostError(Reason.PARSER_OUT_OF_MEMORY, "") from error
            except BrokenProcessPool:  # lost before it took the work: not the work's fault
                self._replace()
        raise WorkerLostError(Reason.PARSER_CRASHED, f"no worker process in {STARTS} starts")

    def _call(self, work: Work[Any, Any], arguments: list[Any], timeout: float) -> list[Any]:
        if self._pool._context.status == PoolStatus.ERROR:
            self._replace()
        try:
            future = self._pool.schedule(work, args=(arguments,), timeout=timeout)
        except RuntimeError as error:  # it broke just now
            raise BrokenProcessPool from error
        result: list[Any] = future.result(timeout=timeout + START_SECONDS)
        return result

    def _replace(self) -> None:
        self.stop()
        self._pool = self._fresh()

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        self._pool.stop()
        self._pool.join()


class Workers:
    """`count` worker processes, shared by any number of threads. Use as a context manager."""

    def __init__(
        self, count: int, initializer: Callable[..., object] = int, initargs: Sequence[Any] = ()
    ) -> None:
        self.count = count
        self._lanes = [_Lane(initializer, initargs) for _ in range(count)]
        self._free: Queue[_Lane] = Queue()
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
