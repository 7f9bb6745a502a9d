"""One isolated worker process, replaced whenever it is lost.

It is a pebble pool of a single spawned process, so that killing one process never leaves a lock of
another one held.
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
from nocturne.tasks.workers.limits import OUT_OF_MEMORY_EXIT
from nocturne.tasks.workers.shared_buffer import Packed, SharedBuffer

Work = Callable[[list[Any]], list[Any]]

START_SECONDS = 60.0  # longest that a new process may take to start
STARTS = 10  # tries to start a process before giving up
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
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        self._buffer = SharedBuffer()
        return ProcessPool(
            max_workers=1,
            initializer=_start_worker,
            initargs=(self._buffer, self._initializer, self._initargs),
            context=_PlainContext(),
        )

    def call(self, work: Work, arguments: list[Any], timeout: float) -> list[Any]:
        """Run `work(arguments)` in the process; raises WorkerLostError, or what `work` raised."""
        for _ in range(STARTS):
            try:
                return self._call(work, arguments, timeout)
            except FutureTimeoutError as error:
                self._replace()
                detail = f"over {timeout:g} seconds"
                raise WorkerLostError(Reason.PARSER_TIMED_OUT, detail) from error
            except ProcessExpired as error:
                self._replace()
                if error.exitcode == OUT_OF_MEMORY_EXIT:
                    raise WorkerLostError(Reason.PARSER_OUT_OF_MEMORY, "") from error
                detail = f"exit code {error.exitcode}"
                raise WorkerLostError(Reason.PARSER_CRASHED, detail) from error
            except MemoryError as error:
                self._replace()
                raise WorkerLostError(Reason.PARSER_OUT_OF_MEMORY, "") from error
            except BrokenProcessPool:  # lost before it took the work
                self._replace()
        raise WorkerLostError(Reason.PARSER_CRASHED, f"no worker process in {STARTS} starts")

    def _call(self, work: Work, arguments: list[Any], timeout: float) -> list[Any]:
        if self._pool._context.status == PoolStatus.ERROR:
            self._replace()
        packed = self._buffer.pack([_shareable(argument) for argument in arguments])
        try:
            future = self._pool.schedule(_run_work, args=(work, packed), timeout=timeout)
        except RuntimeError as error:  # it broke just now
            raise BrokenProcessPool from error
        result: list[Any] = self._buffer.unpack(future.result(timeout=timeout + START_SECONDS))
        return result

    def _replace(self) -> None:
        self.stop()
        self._pool = self._new_pool()

    def stop(self) -> None:
        """Kill the process, whatever it is doing."""
        self._pool.stop()
        self._pool.join()
        self._buffer.close()


_own_buffer: list[SharedBuffer] = []  # in a worker process: the one it shares with its caller


def _start_worker(
    buffer: SharedBuffer, initializer: Callable[..., object], initargs: Sequence[Any]
) -> None:
    _own_buffer.append(buffer)
    initializer(*initargs)


def _run_work(work: Work, packed: Packed) -> Packed:
    (buffer,) = _own_buffer
    return buffer.pack(work(buffer.unpack(packed)))


def _shareable(argument: Any) -> Any:
    """Wrap bytes so that they go through the shared buffer; return anything else as it is."""
    return pickle.PickleBuffer(argument) if isinstance(argument, bytes) else argument
