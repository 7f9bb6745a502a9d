"""A lock on a file, held by one open file of one process; the kernel gives it back at its end.

It holds among all processes that see the file, on NFS too where it is mounted with locks.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nocturne.tasks.storage.locking.holder import Holder

POLL_SECONDS = 0.02
FACTS_READS = 10

_open: set[int] = set()  # descriptors of the locks that this process holds


def _close_in_child() -> None:
    """Close a parent's locks in a forked child, which would hold them beyond the parent's end."""
    for descriptor in _open:
        with suppress(OSError):
            os.close(descriptor)
    _open.clear()


os.register_at_fork(after_in_child=_close_in_child)


class FileLock:
    """A lock file, which exists while it is held, with its holder's facts in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, holder: Holder) -> Holder | bytes | None:
        """Take the lock and return None, or return what the lock says of who holds it.

        Raises OSError where the file cannot be made or the file system keeps no locks.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return _named(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            if self._is_current(descriptor):
                break
            os.close(descriptor)  # its holder deleted it while this process opened it
        os.ftruncate(descriptor, 0)
        os.write(descriptor, holder.model_dump_json().encode())
        self._descriptor = descriptor
        _open.add(descriptor)
        return None

    @contextmanager
    def waiting(self, holder: Holder) -> Iterator[None]:
        """Hold the lock in the block, after waiting for it."""
        while self.acquire(holder) is not None:
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Delete the file and give the lock back."""
        if self._descriptor in _open:
            _open.discard(self._descriptor)
            self._path.unlink(missing_ok=True)  # before closing: nobody else holds it yet
            os.close(self._descriptor)

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def _named(descriptor: int) -> Holder | bytes:
    """Return the holder that a lock file names, giving one that just took it time to write."""
    with os.fdopen(descriptor, "rb") as file:
        for _ in range(FACTS_READS):
            facts = os.pread(descriptor, 65536, 0)
            if holder := Holder.parse(facts):
                return holder
            time.sleep(POLL_SECONDS)
        return file.read()
