"""Samples that are no music: too few notes, one pitch only, or mostly silence."""

import numpy as np

from nocturne.tasks.music.metrics.excerpt import Excerpt
from nocturne.tasks.music.metrics.formulas import empty_beat_rate
from nocturne.tasks.music.metrics.metric import Metric, share_of

FEWEST_NOTES = 16
MOST_EMPTY_BEATS = 0.5


def is_degenerate(excerpt: Excerpt, fewest_notes: int = FEWEST_NOTES) -> bool:
    """Return whether an excerpt has too few notes, one pitch only, or is mostly silence."""
    return (
        len(excerpt) < fewest_notes
        or len(np.unique(excerpt.pitch)) == 1
        or empty_beat_rate(excerpt) > MOST_EMPTY_BEATS
    )


METRICS = (
    Metric(
        "degenerate_share",
        ".1%",
        "Samples with too few notes, a single pitch or silence",
        share_of(is_degenerate),
        essential=True,
    ),
)
