"""Memory that two processes share: large values go through it instead of a pipe.

A pipe and pickle copy every byte about seven times, a few kilobytes at a time; shared memory takes
two copies. The memory has no name in any file system, so nothing is left of it however the
processes end. (multiprocessing.shared_memory leaves its segment behind after a kill.)
"""

import mmap
import os
import pickle
import tempfile
from collections.abc import Callable
from itertools import pairwise
from multiprocessing import reduction
from typing import Any, NamedTuple

BUFFER_BYTES = 64 << 20  # of address space; only what was used once takes memory


class Packed(NamedTuple):
    """A pickled value; its large parts lie in the shared buffer, one after the other.

    `ends` are the places in the buffer where the parts end.
    """

    body: bytes
    ends: tuple[int, ...]


class SharedBuffer:
    """Holds the large parts of one value at a time, for this process and the one it is sent to."""

    def __init__(self, handle: int | None = None) -> None:
        """Map new shared memory, or the memory behind the open file `handle`."""
        self._handle = _anonymous_file() if handle is None else handle
        self._memory = mmap.mmap(self._handle, BUFFER_BYTES)

    def __reduce__(self) -> tuple[Callable[[Any], "SharedBuffer"], tuple[Any]]:
        """Pass the buffer to a process that is being started."""
        return _shared, (reduction.DupFd(self._handle),)

    def close(self) -> None:
        """Unmap the memory; it is freed once the other process has ended too."""
        self._memory.close()
        os.close(self._handle)

    def pack(self, value: Any) -> Packed:
        """Pickle `value`; its PickleBuffers overwrite the buffer, or are pickled if too large."""
        parts: list[pickle.PickleBuffer] = []
        body = pickle.dumps(value, 5, buffer_callback=parts.append)
        views = [part.raw() for part in parts]
        if sum(view.nbytes for view in views) > BUFFER_BYTES:
            return Packed(pickle.dumps(value, 5), ())
        start, ends = 0, []
        for view in views:
            end = start + view.nbytes
            self._memory[start:end] = view
            ends.append(end)
            start = end
        return Packed(body, tuple(ends))

    def unpack(self, packed: Packed) -> Any:
        """Return the value that the other process packed; its parts are copies."""
        parts = [self._memory[start:end] for start, end in pairwise((0, *packed.ends))]
        return pickle.loads(packed.body, buffers=parts)  # noqa: S301 - our own process packed it


def _anonymous_file() -> int:
    """Return an open file of BUFFER_BYTES that has no name: of memory, or else a deleted file."""
    if hasattr(os, "memfd_create"):  # Linux
        handle = os.memfd_create("nocturne")
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    os.ftruncate(handle, BUFFER_BYTES)
    return handle


def _shared(handle: Any) -> SharedBuffer:
    return SharedBuffer(handle.detach())
