"""How many bytes this process has written to storage roots; the facts of a run are differences."""

import threading

_lock = threading.Lock()
_total = 0


def count_written(size: int) -> None:
    """Add a file of `size` bytes that was published."""
    global _total  # noqa: PLW0603 - one count for the process, whatever thread writes
    with _lock:
        _total += size


def written_bytes() -> int:
    """Return the bytes of all files that this process has published since it started."""
    return _total
