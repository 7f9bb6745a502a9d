"""A finding together with what repairs it."""

from collections.abc import Callable
from dataclasses import dataclass

from nocturne.schemas.upkeep.finding import Finding, Part

HALF_WRITTEN_DAYS = 1 / 24  # without a write: no process works there any more


@dataclass(frozen=True)
class Found:
    """A finding; `repair` mends it, or raises a NocturneError. None: nothing mends it alone."""

    finding: Finding
    repair: Callable[[], object] | None = None


def found(
    part: Part, path: str, problem: str, mend: str, repair: Callable[[], object] | None = None
) -> Found:
    """Return a finding."""
    finding = Finding(
        part=part, path=path, problem=problem, mend=mend, repairable=repair is not None
    )
    return Found(finding, repair)
