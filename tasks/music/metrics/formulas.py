"""MusPy's metrics, by its published formulas, without making a piano roll.

Dong, Chen, McAuley and Berg-Kirkpatrick, "MusPy: A toolkit for symbolic music generation"
(ISMIR 2020). Each returns NaN where MusPy does: no notes, or a length of zero.
"""

import math

import numpy as np

from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music.metrics.excerpt import Excerpt, Ints
from nocturne.tasks.music.metrics.metric import Metric, mean_of

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
POLYPHONIC_ABOVE = 2  # MusPy's default threshold: more than two pitches at once


def _pitch_class_shares(excerpt: Excerpt) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.bincount(excerpt.pitch % 12, minlength=12) / len(excerpt)


def pitch_class_entropy(excerpt: Excerpt) -> float:
    """Shannon entropy of the pitch classes of all notes, in bits: 0 to log2(12)."""
    if not len(excerpt):
        return math.nan
    shares = _pitch_class_shares(excerpt)
    present = shares[shares > 0]
    return float(max(0.0, -(present * np.log2(present)).sum()))


def scale_consistency(excerpt: Excerpt) -> float:
    """Largest share of notes that lie in one major or minor scale, 7/12 or more to 1."""
    if not len(excerpt):
        return math.nan
    counts = np.bincount(excerpt.pitch % 12, minlength=12)
    inside = [
        counts[(np.array(scale) + root) % 12].sum()
        for scale in (MAJOR, MINOR)
        for root in range(12)
    ]
    return float(max(inside) / len(excerpt))


def _pitches_at_once(excerpt: Excerpt) -> tuple[Ints, Ints]:
    """Return the ticks between changes and how many different pitches sound in each stretch.

    Overlapping notes of one pitch count once, as in a piano roll.
    """
    order = np.lexsort((excerpt.onset, excerpt.pitch))
    # Moving each pitch to a time of its own lets one running maximum serve them all.
    moved = excerpt.pitch[order] * (excerpt.offset.max() + 1)
    begin, reach = excerpt.onset[order] + moved, excerpt.offset[order] + moved
    reach = np.maximum.accumulate(reach)
    is_first = np.concatenate(([True], begin[1:] > reach[:-1]))
    is_last = np.concatenate((is_first[1:], [True]))
    starts, ends = (begin - moved)[is_first], (reach - moved)[is_last]
    times, where = np.unique(np.concatenate((starts, ends)), return_inverse=True)
    change = np.bincount(where[: len(starts)], minlength=len(times))
    change = change - np.bincount(where[len(starts) :], minlength=len(times))
    return np.diff(times), np.cumsum(change)[:-1]


def polyphony(excerpt: Excerpt) -> float:
    """Mean number of pitches at once, over the time in which any sounds: 1 or more."""
    if not len(excerpt):
        return math.nan
    ticks, pitches = _pitches_at_once(excerpt)
    return float((ticks * pitches).sum() / ticks[pitches > 0].sum())


def polyphony_rate(excerpt: Excerpt) -> float:
    """Share of all time in which more than POLYPHONIC_ABOVE pitches sound, 0 to 1."""
    if not len(excerpt):
        return math.nan
    ticks, pitches = _pitches_at_once(excerpt)
    return float(ticks[pitches > POLYPHONIC_ABOVE].sum() / excerpt.offset.max())


def empty_beat_rate(excerpt: Excerpt) -> float:
    """Share of quarter-note beats in which no note sounds, 0 to 1.

    As in MusPy, a note that ends exactly on a beat still fills that beat.
    """
    if not len(excerpt):
        return math.nan
    beats = int(excerpt.offset.max()) // TICKS_PER_QUARTER + 1
    change = np.bincount(excerpt.onset // TICKS_PER_QUARTER, minlength=beats + 1)
    after = np.bincount(excerpt.offset // TICKS_PER_QUARTER + 1, minlength=beats + 1)
    filled = int(np.count_nonzero(np.cumsum(change - after)[:beats]))
    return 1 - filled / beats


METRICS = (
    Metric(
        "pitch_class_entropy",
        ".2f",
        "Spread over the twelve pitch classes, in bits",
        mean_of(pitch_class_entropy),
    ),
    Metric(
        "scale_consistency",
        ".2f",
        "Largest share of notes that fit one scale",
        mean_of(scale_consistency),
    ),
    Metric("polyphony", ".2f", "Notes sounding at once, while any does", mean_of(polyphony)),
    Metric(
        "polyphony_rate",
        ".1%",
        "Time in which more than two pitches sound",
        mean_of(polyphony_rate),
    ),
    Metric("empty_beat_rate", ".1%", "Beats in which no note sounds", mean_of(empty_beat_rate)),
)
