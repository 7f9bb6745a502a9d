"""Local folders for files that can be made again: memory-mapped copies, checkpoints."""

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.layout import CACHE
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root

logger = logging.getLogger(__name__)


def scratch(root: Root, name: str) -> Path:
    """Return a local folder for `root` alone, made if missing; StorageError if that fails.

    For a local root it lies beside the data, so that a restart finds it; for an object store it
    lies under the user's cache folder.
    """
    folder = scratch_base(root) / name
    with storage_errors("make", str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def scratch_base(root: Root) -> Path:
    """Return the local folder that holds all scratch folders of `root`; it may be missing."""
    if root.is_local:
        return Path(root.full(CACHE))
    return user_cache() / hashlib.sha256(root.key.encode()).hexdigest()[:16]


@contextmanager
def locked(root: Root, name: str) -> Iterator[None]:
    """Let one process at a time into the block, on whatever machine; the others wait."""
    with one_writer(root, name, f"work on {name}", wait=True):
        yield


@cache
def user_cache() -> Path:
    """Return the user's cache folder of this project, made if missing.

    Without a writable one it is a private folder under the system's temporary folder.
    """
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        folder = Path(home).expanduser() / "nocturne"
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        pass
    folder = Path(tempfile.gettempdir(), f"nocturne-cache-{os.getuid()}")
    logger.warning("%s is not writable: working files go to %s", home, folder)
    with storage_errors("make", str(folder)):
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise StorageError(f"{folder} is not a private folder of this user; set XDG_CACHE_HOME")
    return folder
