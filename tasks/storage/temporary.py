"""Temporary files and folders that do not outlive a kill for long: a later process deletes them.

Their makers hold a lock on them, which the kernel gives back with the process.
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
JUST_MADE_SECONDS = 60.0  # what is younger may not be locked yet


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make an empty folder under the system's temporary folder, deleted when the block ends.

    Folders that nobody holds any more are deleted by the first call in a process.
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
    """Open a new file for writing; clear_unheld leaves it alone until the block ends."""
    with path.open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        yield stream


@cache
def clear_abandoned() -> None:
    """Delete the temporary folders of processes that have ended; once in a process."""
    clear_unheld(Path(tempfile.gettempdir()), f"{PREFIX}*")


def clear_unheld(folder: Path, pattern: str) -> None:
    """Delete what matches `pattern` in `folder`, has not changed for a minute and no one holds."""
    for path in folder.glob(pattern):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            continue  # gone by now, a link, or somebody else's
        try:
            if time.time() - os.fstat(descriptor).st_mtime >= JUST_MADE_SECONDS:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            continue  # its maker still holds it
        finally:
            os.close(descriptor)
