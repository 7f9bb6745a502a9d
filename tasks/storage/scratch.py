"""Local folders for what can be made again: memory-mapped copies, checkpoints, locks."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.storage.root import Root


def scratch(root: Root, name: str) -> Path:
    """Return a local folder of `root`'s own, made if missing.

    Beside the data for a local root, so that a restart finds it; for an object store under
    the user's cache folder, one for each storage root.
    """
    if root.is_local:
        base = Path(root.base, ".cache")
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or tempfile.gettempdir()
        base = Path(cache, "nocturne", hashlib.sha256(root.uri.encode()).hexdigest()[:16])
    folder = base / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(root: Root, name: str) -> Iterator[None]:
    """Let one process at a time into the block, among those that share this machine."""
    with Path(scratch(root, "locks"), f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # closing the file gives the lock back, however the block ends
