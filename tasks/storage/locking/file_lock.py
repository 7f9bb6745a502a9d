"""A lock on a file, held by one open file of one process; the kernel releases it at its end.

It works among all processes that see the file, also on NFS if that is mounted with locks.
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

_open: set[int] = set()  # descriptors of the locks held by this process


def _close_in_child() -> None:
    """Close the parent's locks in a forked child, which would hold them after the parent's end."""
    for descriptor in _open:
        with suppress(OSError):
            os.close(descriptor)
    _open.clear()


os.register_at_fork(after_in_child=_close_in_child)


class FileLock:
    """A lock file; it exists while the lock is held, and names the holder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, holder: Holder) -> Holder | bytes | None:
        """Take the lock and return None, or return the present holder (bytes: an unreadable one).

        Raises OSError if the file cannot be made or the file system has no locks.
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
        """Delete the file and release the lock."""
        if self._descriptor in _open:
            _open.discard(self._descriptor)
            self._path.unlink(missing_ok=True)  # before closing: no other process holds it yet
            os.close(self._descriptor)

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def _named(descriptor: int) -> Holder | bytes:
    """Return the holder that a lock file names; wait shortly for one that is being written."""
    with os.fdopen(descriptor, "rb") as file:
        for _ in range(FACTS_READS):
            facts = os.pread(descriptor, 65536, 0)
            if holder := Holder.parse(facts):
                return holder
            time.sleep(POLL_SECONDS)
        return file.read()
