"""Progress of long work: who does it reports, who started it shows."""

from collections.abc import Callable

Progress = Callable[[float, float], None]  # (done, total), in any unit


def silent(done: float, total: float) -> None:
    """A Progress that shows nothing."""


def part_of(progress: Progress, done: int, parts: int) -> Progress:
    """Return a Progress of one of `parts` equal parts, of which `done` came before it."""
    return lambda now, total: progress(done * total + now, parts * total)
