"""Progress of long work: pure code reports it, the command line and Prefect tasks show it.

Pure code takes a `Progress` and calls it. The command line and the flows each add a sink.
Without a sink a report costs nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nocturne.schemas.progress import Progress

Sink = Callable[[str, float, float, str], None]  # (stage, done, total, note)

_sinks: list[Sink] = []


def report(stage: str, done: float, total: float, note: str = "") -> None:
    """Report to every sink that `stage` stands at `done` of `total`."""
    for sink in tuple(_sinks):
        sink(stage, done, total, note)


def progress_of(stage: str) -> Progress:
    """Return a Progress that reports under the name `stage`."""
    return lambda done, total: report(stage, done, total)


@contextmanager
def shown_by(sink: Sink) -> Iterator[None]:
    """Send every report to `sink` while the block runs."""
    _sinks.append(sink)
    try:
        yield
    finally:
        _sinks.remove(sink)
