"""What a metric is: a named figure of music with the way to show it and what it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nocturne.tasks.music.metrics.excerpt import Excerpt

Measure = Callable[[list[Excerpt]], float]


@dataclass(frozen=True)
class Metric:
    """One figure of samples, and of held-out songs where both have it.

    `name` is its key in metrics.json, `format` a format specification, `meaning` a line for the
    report. `measure` takes the excerpts of one set; None for a figure that needs more than one
    set (copied_runs.py, primer_reuse.py). An essential metric has its row in the report even
    where it was not measured.
    """

    name: str
    format: str
    meaning: str
    measure: Measure | None = None
    title: str = ""  # if empty, the name with spaces
    essential: bool = False


def mean(values: Sequence[float]) -> float:
    """Return the mean; 0 of nothing."""
    return float(np.mean(values or [0.0]))


def share_of(condition: Callable[[Excerpt], bool]) -> Measure:
    """Measure the share of excerpts for which `condition` holds, 0 to 1."""
    return lambda excerpts: mean([condition(excerpt) for excerpt in excerpts])


def mean_of(formula: Callable[[Excerpt], float]) -> Measure:
    """Measure the mean of `formula` over the excerpts that have notes."""
    return lambda excerpts: mean([formula(excerpt) for excerpt in excerpts if len(excerpt)])
