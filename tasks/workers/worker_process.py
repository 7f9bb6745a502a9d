"""One isolated worker process, replaced whenever it is lost.

Each lane is a pebble pool of a single spawned process, so that killing one never leaves a
lock of another held.
"""

import pickle
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

from pebble import ProcessExpired, ProcessPool
from pebble.pool.base_pool import PoolStatus

from nocturne.schemas.reasons import Reason
from nocturne.tasks.workers.shared_buffer import Packed, SharedBuffer

Work = Callable[[list[Any]], list[Any]]

START_SECONDS = 60.0  # longest that a fresh process may take to begin
STARTS = 10  # of a process before giving up on starting any
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


class WorkerProcess:
    """One worker process, started anew after each loss."""

    def __init__(self, initializer: Callable[..., object], initargs: Sequence[Any]) -> None:
        self._initializer = initializer
        self._initargs = initargs
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPool:
        self._arena = SharedBuffer()
        return ProcessPool(
            max_workers=1,
            initializer=_begin,
            initargs=(self._arena, self._initializer, self._initargs),
            context=_PlainContext(),
        )

    def call(self, work: Work, arguments: list[Any], timeout: float) -> list[Any]:
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

    def _call(self, work: Work, arguments: list[Any], timeout: float) -> list[Any]:
        if self._pool._context.status == PoolStatus.ERROR:
            self._replace()
        packed = self._arena.pack([_apart(argument) for argument in arguments])
        try:
            future = self._pool.schedule(_answer, args=(work, packed), timeout=timeout)
        except RuntimeError as error:  # it broke just now
            raise BrokenProcessPool from error
        result: list[Any] = self._arena.unpack(future.result(timeout=timeout + START_SECONDS))
        return result

    def _replace(self) -> None:
        self.stop()
        self._pool = self._fresh()

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        self._pool.stop()
        self._pool.join()
        self._arena.close()


_of_worker: list[SharedBuffer] = []  # in a worker process: the one it shares with its lane


def _begin(
    arena: SharedBuffer, initializer: Callable[..., object], initargs: Sequence[Any]
) -> None:
    _of_worker.append(arena)
    initializer(*initargs)


def _answer(work: Work, packed: Packed) -> Packed:
    (arena,) = _of_worker
    return arena.pack(work(arena.unpack(packed)))


def _apart(argument: Any) -> Any:
    """Return bytes so that they are not pickled but shared; anything else as it is."""
    return pickle.PickleBuffer(argument) if isinstance(argument, bytes) else argument
