"""Temporary files and folders; those of a killed process are deleted by a later one.

Each is locked by the process that made it. The kernel releases the lock when the process ends.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

PREFIX = f"nocturne-{os.getuid()}-"
JUST_MADE_SECONDS = 60.0  # a younger file or folder may not be locked yet


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make an empty folder under the system's temporary folder, deleted when the block ends.

    The first call in a process deletes the folders of processes that have ended.
    """
    clear_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def unfinished_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing, which clear_unheld does not delete before the block ends."""
    with path.open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        yield stream


@cache
def clear_abandoned() -> None:
    """Delete the temporary folders of processes that have ended; once in a process."""
    clear_unheld(Path(tempfile.gettempdir()), f"{PREFIX}*")


def clear_unheld(folder: Path, pattern: str) -> None:
    """Delete the unlocked files and folders of `folder` that are unchanged for a minute."""
    for path in folder.glob(pattern):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            continue  # deleted meanwhile, a link, or another user's
        try:
            if time.time() - os.fstat(descriptor).st_mtime >= JUST_MADE_SECONDS:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            continue  # the process that made it still runs
        finally:
            os.close(descriptor)
