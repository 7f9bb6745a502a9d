"""One writer at a time for each corpus, model and run, on one machine and across machines."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from nocturne.schemas.errors import BusyError
from nocturne.tasks.storage.conditional import conditional_store
from nocturne.tasks.storage.layout import (
    CORPUS_KINDS,
    lock_path,
    markers_of,
    model_path,
    run_path,
)
from nocturne.tasks.storage.locking.file_lock import FileLock
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.locking.leases import Lease
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.root.stamp import stamp_layout

POLL_SECONDS = 0.1


class _Lock(Protocol):
    def acquire(self, holder: Holder) -> Holder | bytes | None: ...
    def release(self) -> None: ...


@contextmanager
def one_writer(
    root: Root,
    name: str,
    work: str,
    *,
    wait: bool = False,
    clear: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
) -> Iterator[None]:
    """Hold the lock `name` of `root` in the block; `work` describes the block in messages.

    If another process or thread holds the lock, this raises BusyError, which names the holder, or
    waits if `wait`. The lock of a crashed holder is released by the kernel on a file system, and
    expires in a minute on an object store. Unfinished files of killed writers in the folders
    `clear` are deleted first. The folders `needs` are not deleted while the block runs; a deletion
    that has begun ends before the block does (deletion.py).
    """
    lock = _lock(root, name)
    holder = Holder.current(work, needs)
    while (present := _acquire(root, lock, holder, name)) is not None:
        passing = isinstance(present, Holder) and present.passing
        if not (wait or passing) or (isinstance(present, Holder) and present.is_this_thread()):
            raise BusyError(f"{work} cannot start: {_display(present)} is under way; {_ADVICE}")
        time.sleep(POLL_SECONDS)
    try:
        for folder in needs:
            _await_deletion(root, folder)
        for folder in clear:
            root.clear_unfinished(folder)
        if needs:  # who needs folders goes on to write
            stamp_layout(root)
        yield
    finally:
        lock.release()


def corpus_writer(root: Root, corpus: str, stage: str) -> AbstractContextManager[None]:
    """Let one process write a corpus: ingest and prepare exclude each other and themselves."""
    work = f"{stage} of corpus {corpus}"
    clear = tuple(f"{kind}/{corpus}" for kind in CORPUS_KINDS)
    needs = (markers_of(corpus),)
    return one_writer(root, f"corpus-{corpus}", work, clear=clear, needs=needs)


def model_writer(
    root: Root, model_id: str, needs: tuple[str, ...] = ()
) -> AbstractContextManager[None]:
    """Let one process train, evaluate and describe a model; it also needs the folders `needs`."""
    work, folder = f"training of model {model_id}", model_path(model_id)
    needs = (folder, *needs)
    return one_writer(root, f"model-{model_id}", work, clear=(folder,), needs=needs)


def run_writer(
    root: Root, run_id: str, model_id: str, needs: tuple[str, ...] = ()
) -> AbstractContextManager[None]:
    """Let one process write a run of samples of a model; it also needs the paths `needs`."""
    work, folder = f"generation of {run_id}", run_path(run_id)
    needs = (folder, model_path(model_id), *needs)
    return one_writer(root, f"run-{run_id}", work, clear=(folder,), needs=needs)


def deletion_lock(folder: str) -> str:
    """Return the name of the lock under which a folder is deleted."""
    return f"delete-{quote(folder, safe='')}"


def _await_deletion(root: Root, folder: str) -> None:
    """Return once no process deletes `folder`."""
    name = deletion_lock(folder)
    if root.exists(lock_path(name)):
        with one_writer(root, name, f"work on {folder}", wait=True):
            pass


_ADVICE = "wait until it has ended, or stop it, then run this again"


def _lock(root: Root, name: str) -> _Lock:
    path = lock_path(name)
    if root.is_local:
        return FileLock(Path(root.full(path)))
    store = conditional_store(root.uri)
    return Lease(store, root.object_key(path), root.key, root.display_path(path))


def _acquire(root: Root, lock: _Lock, holder: Holder, name: str) -> Holder | bytes | None:
    with storage_errors("lock", root.display_path(lock_path(name))):
        return lock.acquire(holder)


def _display(holder: Holder | bytes) -> str:
    return str(holder) if isinstance(holder, Holder) else "the work of another process"
