"""Limits that a worker process sets itself. Imports no Prefect, no TensorFlow, no pyarrow."""

import resource
from pathlib import Path

MIB = 1024**2


def limit_memory(mib: int) -> None:
    """Let this process take at most `mib` MiB of address space beyond what it has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + mib * MIB
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no core file
