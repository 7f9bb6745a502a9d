"""One writer at a time for each generation run."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import BusyError
from tasks.storage.root import Root
from tasks.storage.scratch import scratch


@contextmanager
def run_writer(root: Root, run_id: str) -> Iterator[None]:
    """Be the only writer of samples/<run_id> in the block; BusyError if there is another.

    What killed writers left aside there is deleted first.
    """
    with Path(scratch(root, "locks"), f"samples-{run_id}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"samples {run_id} are being written by another process: wait until it has ended"
            ) from error
        for aside in Path(root.full(f"samples/{run_id}")).rglob(".tmp-*"):
            aside.unlink(missing_ok=True)
        yield
