"""Delete a folder of a storage root only while no running process needs it.

Whoever deletes a folder first holds its deletion lock and then looks who is running; whoever runs
first holds a lock of its own, which names the folders that it needs, and then waits for deletions
of those. So of two that start at once, at least one sees the other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nocturne.schemas.errors import BusyError
from nocturne.tasks.storage.layout import (
    CACHE,
    LOCK_SUFFIX,
    LOCKS,
    lock_path,
    markers_of,
    model_path,
    run_path,
)
from nocturne.tasks.storage.locking import leases
from nocturne.tasks.storage.locking.file_lock import FileLock
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.locking.locks import deletion_lock, one_writer
from nocturne.tasks.storage.root import Root

# What the names of locks say that their holders need, for holders of versions before `needs`.
IMPLIED: dict[str, Callable[[str], str]] = {
    "corpus-": markers_of,
    "model-": model_path,
    "run-": run_path,
}


@contextmanager
def deleting(root: Root, folder: str) -> Iterator[None]:
    """Let the block delete `folder` or a part of it; BusyError if a running process needs it.

    A process that starts to need the folder meanwhile waits until the block ends.
    """
    name = deletion_lock(folder)
    with one_writer(root, name, f"deletion of {folder}", wait=True):
        if user := _user_of(root, folder, name):
            raise BusyError(f"{folder} stays: {user} is under way")
        yield


def _user_of(root: Root, folder: str, own_lock: str) -> Holder | None:
    """Return a running process that needs `folder`, or None."""
    for lock, holder in _held(root, own_lock):
        implied = [
            path(lock.removeprefix(start))
            for start, path in IMPLIED.items()
            if lock.startswith(start)
        ]
        if folder in (*holder.needs, *implied):
            return holder
    return None


def _held(root: Root, own_lock: str) -> Iterator[tuple[str, Holder]]:
    """Yield name and holder of every lock that a running process holds, but for `own_lock`."""
    folder = f"{CACHE}/{LOCKS}"
    files = {info.base_name: info for info in root.entries(folder)}
    now = files[f"{own_lock}{LOCK_SUFFIX}"].mtime_ns or 0  # by the clock of the store
    for name, info in sorted(files.items()):
        lock = name.removesuffix(LOCK_SUFFIX)
        if lock in (name, own_lock):
            continue
        if root.is_local:
            holder = _holder_of_file(Path(root.full(f"{folder}/{name}")))
        else:
            age = (now - (info.mtime_ns or 0)) / 1e9
            holder = _holder_of_lease(root, lock) if age < leases.LEASE_SECONDS else None
        if holder:
            yield lock, holder


def _holder_of_file(path: Path) -> Holder | None:
    """Return who holds a lock file; delete the file of a process that has ended."""
    lock = FileLock(path)
    present = lock.acquire(Holder.current("a look at the lock", passing=True))
    if present is None:
        lock.release()
        return None
    return present if isinstance(present, Holder) else Holder.current(f"the holder of {path}")


def _holder_of_lease(root: Root, lock: str) -> Holder | None:
    """Return who holds a lease on an object store; None if it is free."""
    try:
        return Holder.parse(root.read_bytes(lock_path(lock)))
    except FileNotFoundError:
        return None
