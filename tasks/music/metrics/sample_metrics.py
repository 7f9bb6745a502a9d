"""Samples against held-out music, as one table of figures."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.music.metrics import formulas
from nocturne.tasks.music.metrics.copied_runs import longest_shared_runs
from nocturne.tasks.music.metrics.excerpt import (
    Excerpt,
    Ints,
    excerpt_of,
    held_out_pieces,
    songs_of,
    spread,
)
from nocturne.tasks.music.metrics.overlap import overlaps
from nocturne.tasks.music.metrics.repetition import is_looping, repetition

FEWEST_NOTES = 16
MOST_EMPTY_BEATS = 0.5
MOST_TRAINING_NOTES = 1_000_000  # searched for copies, in whole songs evenly spread

MUSPY: dict[str, Callable[[Excerpt], float]] = {
    "pitch_class_entropy": formulas.pitch_class_entropy,
    "scale_consistency": formulas.scale_consistency,
    "polyphony": formulas.polyphony,
    "polyphony_rate": formulas.polyphony_rate,
    "empty_beat_rate": formulas.empty_beat_rate,
}


def is_degenerate(excerpt: Excerpt) -> bool:
    """Whether an excerpt has too few notes, one pitch only, or is mostly silence."""
    return (
        len(excerpt) < FEWEST_NOTES
        or len(np.unique(excerpt.pitch)) == 1
        or formulas.empty_beat_rate(excerpt) > MOST_EMPTY_BEATS
    )


def _of_each(excerpts: list[Excerpt]) -> dict[str, float]:
    """Return what is measured on each excerpt alone, as means over all."""
    sounding = [one for one in excerpts if len(one)]
    means = {
        name: float(np.mean([formula(one) for one in sounding] or [0.0]))
        for name, formula in MUSPY.items()
    }
    return {
        "repetition": repetition(excerpts),
        "looping_share": float(np.mean([is_looping(one) for one in excerpts])),
        "degenerate_share": float(np.mean([is_degenerate(one) for one in excerpts])),
        **means,
    }


def _training_steps(train: SplitIds, vocabulary: Vocabulary) -> list[Ints]:
    songs = songs_of(train)
    kept = max(1, len(songs) * MOST_TRAINING_NOTES // max(MOST_TRAINING_NOTES, len(train.ids)))
    return [excerpt_of(vocabulary, song).steps for song in spread(songs, kept) if len(song) > 1]


def _originality(
    samples: list[Excerpt], held_out: list[Excerpt], train: list[Ints]
) -> dict[str, float]:
    runs = longest_shared_runs([one.steps for one in samples + held_out], train)
    ours, theirs = runs[: len(samples)], runs[len(samples) :]
    return {
        "originality": float(ours.max()),
        "originality_mean": float(ours.mean()),
        "originality_held_out": float(theirs.max()),
        "originality_mean_held_out": float(theirs.mean()),
        "copied_share": float((ours > theirs.max()).mean()),
    }


def evaluate_samples(
    samples: list[NDArray[np.int16]],
    held_out: SplitIds,
    train: SplitIds,
    vocabulary: Vocabulary,
    progress: Progress = silent,
) -> dict[str, float]:
    """Return figures of samples, each int16 [notes, attributes], beside those of real music.

    Held-out songs are first cut to the median length of the samples. A name with `_held_out`
    is the same figure for them:

    - `repetition`, `looping_share` (repetition.py), `degenerate_share` (is_degenerate);
    - `pitch_class_entropy`, `scale_consistency`, `polyphony`, `polyphony_rate` and
      `empty_beat_rate`: means over excerpts (formulas.py);
    - `originality`: the longest run of steps that any excerpt shares with a training song;
      `originality_mean`: the mean over excerpts of their longest.

    `copied_share` is the share of samples whose run is beyond the range of held-out pieces;
    `overlap_<feature>` and `mean_overlap` compare the two (overlap.py). All are finite.
    Songs in `song-max` loop and repeat far more than the music they stand for, real ones too:
    compare its figures only with their `_held_out`. CorpusError if there is nothing to judge.
    """
    if not samples or not len(held_out.ids):
        raise CorpusError("no samples or no held-out notes to judge: sample and prepare more")
    length = max(1, int(np.median([len(ids) for ids in samples])))
    ours = [excerpt_of(vocabulary, ids) for ids in samples]
    theirs = [excerpt_of(vocabulary, ids) for ids in held_out_pieces(held_out, length)]
    progress(1, 3)
    figures = {**_of_each(ours), **overlaps(ours, theirs)}
    figures |= {f"{name}_held_out": value for name, value in _of_each(theirs).items()}
    progress(2, 3)
    figures |= _originality(ours, theirs, _training_steps(train, vocabulary))
    progress(3, 3)
    return figures
