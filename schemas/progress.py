"""Progress of long work: who does it reports, who started it shows."""

from collections.abc import Callable

Progress = Callable[[float, float], None]  # (done, total), in any unit


def silent(done: float, total: float) -> None:
    """A Progress that shows nothing."""
