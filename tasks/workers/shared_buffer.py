"""Memory that two processes share: what is large goes through it, and not through a pipe.

A pipe and pickle copy every byte some seven times, a few kilobytes at a time; here it is twice.
The memory belongs to no file system, so nothing is left of it however the processes end.
"""

import mmap
import os
import pickle
from collections.abc import Callable
from itertools import pairwise
from multiprocessing import reduction
from typing import Any, NamedTuple

BUFFER_BYTES = 64 << 20  # of address space; only what was used once takes memory


class Packed(NamedTuple):
    """A pickled value; the large parts lie in the arena, one after the other up to `ends`."""

    body: bytes
    ends: tuple[int, ...]


class SharedBuffer:
    """Holds the large parts of one value at a time, for this process and the one it is sent to."""

    def __init__(self, handle: int | None = None) -> None:
        """Make new shared memory, or take that behind an open file `handle`."""
        self._handle = os.memfd_create("arena") if handle is None else handle
        if handle is None:
            os.ftruncate(self._handle, BUFFER_BYTES)
        self._memory = mmap.mmap(self._handle, BUFFER_BYTES)

    def __reduce__(self) -> tuple[Callable[[Any], "SharedBuffer"], tuple[Any]]:
        """Go with a process that is being started."""
        return _shared, (reduction.DupFd(self._handle),)

    def close(self) -> None:
        """Give the memory back, once the other process has ended too."""
        self._memory.close()
        os.close(self._handle)

    def pack(self, value: Any) -> Packed:
        """Put the PickleBuffers of `value` here, in the place of older ones, if there is room."""
        parts: list[pickle.PickleBuffer] = []
        body = pickle.dumps(value, 5, buffer_callback=parts.append)
        views = [part.raw() for part in parts]
        if sum(view.nbytes for view in views) > BUFFER_BYTES:
            return Packed(pickle.dumps(value, 5), ())
        at, ends = 0, []
        for view in views:
            self._memory[at : at + view.nbytes] = view
            at += view.nbytes
            ends.append(at)
        return Packed(body, tuple(ends))

    def unpack(self, packed: Packed) -> Any:
        """Return the value that the other process packed; it holds nothing of the arena."""
        parts = [self._memory[start:end] for start, end in pairwise((0, *packed.ends))]
        return pickle.loads(packed.body, buffers=parts)  # noqa: S301 - our own process packed it


def _shared(handle: Any) -> SharedBuffer:
    return SharedBuffer(handle.detach())
