"""One pool of worker processes, shared by all shards that this process extracts at once."""

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers

_lock = threading.Lock()
_shared: dict[tuple[int, int], Workers] = {}


def shared_workers(config: IngestConfig) -> Workers:
    """Return this process's workers of that number and memory, started on first use."""
    key = (config.workers, config.worker_memory_mib)
    with _lock:
        if key not in _shared:
            _shared[key] = Workers(config.workers, limit_memory, (config.worker_memory_mib,))
        return _shared[key]


@atexit.register
def stop_shared_workers() -> None:
    """Stop all shared workers; the next use starts new ones."""
    with _lock:
        while _shared:
            _shared.popitem()[1].stop()


@contextmanager
def worker_processes() -> Iterator[None]:
    """Stop the shared workers when the block ends, however it ends."""
    try:
        yield
    finally:
        stop_shared_workers()
