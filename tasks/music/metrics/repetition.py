"""How often windows of five notes come back, and whether they loop.

A window is four steps in a row, a step being a pitch interval with its inter-onset interval.
"""

import numpy as np

from nocturne.tasks.music.metrics.excerpt import Excerpt, Ints
from nocturne.tasks.music.metrics.metric import Metric, mean, share_of

WINDOW_STEPS = 4
SPAN_NOTES = 128  # repetition is measured within this many notes
LOOP_SHARE = 0.25  # one window filling more of an excerpt than this is a loop


def _numbered(keys: Ints) -> tuple[Ints, int]:
    values, numbers = np.unique(keys, return_inverse=True)
    return numbers.astype(np.int64), len(values)


def windows(steps: Ints) -> Ints:
    """Return a number for each window of `steps`, equal exactly where windows are equal."""
    for width in (1, 2):  # pairs of steps, then pairs of pairs: always WINDOW_STEPS in all
        numbers, distinct = _numbered(steps)
        steps = numbers[:-width] * distinct + numbers[width:]
    return steps


def _repeated(steps: Ints) -> float:
    found = windows(steps)
    return 1 - len(np.unique(found)) / len(found)


def repetition(excerpts: list[Excerpt]) -> float:
    """Return 1 - distinct/total windows, the mean over stretches of SPAN_NOTES notes, 0 to 1.

    Stretches do not overlap. Where no excerpt is that long, whole excerpts are taken.
    """
    all_steps = [excerpt.steps for excerpt in excerpts]
    width = SPAN_NOTES - 1
    spans = [
        steps[begin : begin + width]
        for steps in all_steps
        for begin in range(0, len(steps) - width + 1, SPAN_NOTES)
    ]
    whole = [steps for steps in all_steps if len(steps) >= WINDOW_STEPS]
    return mean([_repeated(steps) for steps in spans or whole])


def is_looping(excerpt: Excerpt) -> bool:
    """Return whether one window makes up more than LOOP_SHARE of all windows."""
    if len(excerpt) < 4 * WINDOW_STEPS:  # too few windows to speak of a share
        return False
    counts = np.unique(windows(excerpt.steps), return_counts=True)[1]
    return bool(counts.max() > LOOP_SHARE * counts.sum())


def uptake(primer: Ints, continuation: Ints) -> float:
    """Return the share of windows of `continuation` that occur in `primer`, both steps, 0 to 1.

    NaN if either is too short to hold a window.
    """
    if min(len(primer), len(continuation)) < WINDOW_STEPS:
        return float("nan")
    found = windows(np.concatenate((primer, continuation)))
    known, later = found[: len(primer) - WINDOW_STEPS + 1], found[len(primer) :]
    return float(np.isin(later, known).mean())


METRICS = (
    Metric(
        "repetition",
        ".2f",
        "Share of five-note figures already heard within 128 notes",
        repetition,
        essential=True,
    ),
    Metric(
        "looping_share",
        ".1%",
        "Samples of which one five-note figure fills over a quarter",
        share_of(is_looping),
        essential=True,
    ),
)
