"""The memory limit that a worker process sets itself. Imports no Prefect, TensorFlow or pyarrow.

Linux enforces RLIMIT_AS, so that an allocation beyond the limit is a MemoryError. macOS refuses to
set it: there a thread watches the process, and ends it once it has grown too much.
"""

import os
import resource
import sys
import threading
import time
from pathlib import Path

MIB = 1024**2
WATCH_SECONDS = 0.05
OUT_OF_MEMORY_EXIT = 77  # exit code of a process that its own watch has ended
ADDRESS_SPACE = Path("/proc/self/statm")  # in pages, the first number


def limit_memory(mib: int) -> None:
    """Let this process take at most `mib` MiB of memory beyond what it has now."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no core file
    if not _limit_address_space(mib * MIB):
        limit = _most_memory() + mib * MIB
        threading.Thread(target=_watch, args=(limit,), daemon=True).start()


def _limit_address_space(more: int) -> bool:
    """Let the address space grow by `more` bytes at most; False where that cannot be set."""
    try:
        pages = int(ADDRESS_SPACE.read_text().split()[0])
        limit = pages * resource.getpagesize() + more
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (OSError, ValueError):
        return False
    return True


def _most_memory() -> int:
    """Return the most bytes of memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _watch(limit: int) -> None:
    """End the process once it has held more than `limit` bytes."""
    while _most_memory() <= limit:
        time.sleep(WATCH_SECONDS)
    os._exit(OUT_OF_MEMORY_EXIT)
