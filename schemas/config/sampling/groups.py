"""What the groups of sampling fields share."""

from dataclasses import dataclass

from nocturne.schemas.config.changes import Changes

SAMPLES = Changes("samples")


def later_samples(*as_before: object) -> Changes:
    """Return what a field of a later version changes: samples, unless it has such a value."""
    return Changes("samples", unless=as_before)


@dataclass(frozen=True)
class Bounds:
    """Bounds of a field's numbers that its own validator checks: manifest columns have them."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
