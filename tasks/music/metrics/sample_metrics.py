"""Measure samples and held-out songs by every metric, and how alike the two sets are."""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.metrics import SampleMetrics
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.music.metrics.copied_runs import measure_copied_runs
from nocturne.tasks.music.metrics.excerpt import (
    Excerpt,
    Ints,
    excerpt_of,
    held_out_pieces,
    songs_of,
    spread,
)
from nocturne.tasks.music.metrics.overlap import overlaps
from nocturne.tasks.music.metrics.registry import METRICS

MOST_TRAINING_NOTES = 1_000_000  # searched for copies, in whole songs evenly spread


def evaluate_samples(
    samples: list[NDArray[np.int16]],
    held_out: SplitIds,
    train: SplitIds,
    vocabulary: Vocabulary,
    progress: Progress = silent,
) -> SampleMetrics:
    """Return the figures of samples, each int16 [notes, attributes], beside those of real music.

    Held-out songs are first cut to the median length of the samples. Both sets are measured by
    every metric of METRICS that needs one set only, and by the runs copied from training songs
    (copied_runs.py); the overlaps compare the two sets (overlap.py). All figures are finite.
    Songs in `song-max` loop and repeat far more than the music they stand for, real ones too:
    compare its figures only with those of held-out songs. CorpusError if either set is empty.
    """
    if not samples or not len(held_out.ids):
        raise CorpusError("no samples or no held-out notes to evaluate: sample and prepare more")
    length = max(1, int(np.median([len(ids) for ids in samples])))
    drawn = [excerpt_of(vocabulary, ids) for ids in samples]
    real = [excerpt_of(vocabulary, ids) for ids in held_out_pieces(held_out, length)]
    progress(1, 3)
    of_samples, of_held_out = _measure(drawn), _measure(real)
    by_feature = overlaps(drawn, real)
    progress(2, 3)
    copied, copied_held_out = measure_copied_runs(drawn, real, _training_steps(train, vocabulary))
    progress(3, 3)
    return SampleMetrics(
        samples=of_samples | copied,
        held_out=of_held_out | copied_held_out,
        overlaps=by_feature,
        mean_overlap=float(np.mean(list(by_feature.values()))),
    )


def _measure(excerpts: list[Excerpt]) -> dict[str, float]:
    """Return the figures that one set of excerpts has by itself."""
    return {metric.name: metric.measure(excerpts) for metric in METRICS.values() if metric.measure}


def _training_steps(train: SplitIds, vocabulary: Vocabulary) -> list[Ints]:
    songs = songs_of(train)
    kept = max(1, len(songs) * MOST_TRAINING_NOTES // max(MOST_TRAINING_NOTES, len(train.ids)))
    return [excerpt_of(vocabulary, song).steps for song in spread(songs, kept) if len(song) > 1]
