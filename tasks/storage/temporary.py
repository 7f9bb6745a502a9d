"""Temporary folders that do not outlive a kill for long: the next process deletes them."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

PREFIX = f"nocturne-{os.getuid()}-"
JUST_MADE_SECONDS = 60.0  # a younger folder may not be locked yet


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make an empty folder under the system's temporary folder, deleted when the block ends.

    Its maker holds a lock on it. Folders that nobody holds any more are deleted by the first
    call in a process.
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


@cache
def clear_abandoned() -> None:
    """Delete the temporary folders of processes that have ended; once in a process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            if time.time() - os.fstat(descriptor).st_mtime >= JUST_MADE_SECONDS:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # its maker still holds it
        finally:
            os.close(descriptor)
