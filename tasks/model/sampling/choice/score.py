"""The score of a draw: the mean of four figures, each 0 to 1, the larger the better.

likelihood   how near its bits per note under the model are to those of the primers
structure    how near its repetition of five-note figures is to that of the primers
originality  share of its runs of FAMILIAR_STEPS steps that are in no primer
difference   share of its five-note figures that no other candidate of the same sample has

Likelihood is not the higher the better: what is too likely is dull (Holtzman et al., 2020), and
typical is what is about as likely as the real (Meister et al., 2023). Candidates are compared with
each other alone, so that a sample does not depend on those before it.
"""

from collections.abc import Sequence

import numpy as np

from nocturne.schemas.samples.piece_facts import SCORES
from nocturne.tasks.model.sampling.choice.reference import (
    Ids,
    Reference,
    repetition_of,
    stretch_bits,
)
from nocturne.tasks.music.metrics.degenerate import FEWEST_NOTES, is_degenerate
from nocturne.tasks.music.metrics.excerpt import Excerpt, Ints, excerpt_of
from nocturne.tasks.music.metrics.repetition import WINDOW_STEPS

NO_FAULT, DEGENERATE, COPIED = "none", "degenerate", "copied"
Scores = dict[str, float]  # by the names of SCORES


def fault_of(reference: Reference, ids: Ids, asked_notes: int) -> str:
    """Return what is wrong with a piece: a copy of a primer, no music, or nothing.

    No music is also a piece of which most notes coincide with others, as one endless chord.
    """
    excerpt = excerpt_of(reference.model.vocabulary, ids)
    heard = len(np.unique(np.stack([excerpt.onset, excerpt.pitch]), axis=1).T)
    if is_degenerate(excerpt, min(FEWEST_NOTES, asked_notes)) or 2 * heard < len(excerpt):
        return DEGENERATE
    return COPIED if reference.copied.are_in(excerpt.steps).any() else NO_FAULT


def scores_of(reference: Reference, candidates: Sequence[Sequence[Ids]]) -> list[list[Scores]]:
    """Return the scores of every candidate of every sample; candidates[i] are of sample i."""
    model = reference.model
    bits = iter(stretch_bits(model, [ids for row in candidates for ids in row]))
    found = []
    for row in candidates:
        excerpts = [excerpt_of(model.vocabulary, ids) for ids in row]
        differences = _differences(excerpts)
        found.append(
            [
                dict(
                    zip(
                        SCORES,
                        (
                            reference.bits.closeness(next(bits)),
                            reference.repetition.closeness(repetition_of(model, ids)),
                            _originality(reference, excerpt),
                            difference,
                        ),
                        strict=True,
                    )
                )
                for ids, excerpt, difference in zip(row, excerpts, differences, strict=True)
            ]
        )
    return found


def total(scores: Scores) -> float:
    """Return the score by which candidates are compared: the mean."""
    return float(np.mean([scores[name] for name in SCORES]))


def _originality(reference: Reference, excerpt: Excerpt) -> float:
    familiar = reference.familiar.are_in(excerpt.steps)
    return float(1 - familiar.mean()) if len(familiar) else 1.0


def _differences(excerpts: Sequence[Excerpt]) -> list[float]:
    """Return for each piece the share of its figures that none of the others has; 1 if alone."""
    figures = [_figures(excerpt.steps) for excerpt in excerpts]
    found = []
    for place, own in enumerate(figures):
        others = set().union(*(set(f) for i, f in enumerate(figures) if i != place))
        found.append(float(np.mean([figure not in others for figure in own])) if own else 1.0)
    return found


def _figures(steps: Ints) -> list[bytes]:
    """Return every run of WINDOW_STEPS steps as bytes."""
    if len(steps) < WINDOW_STEPS:
        return []
    return [run.tobytes() for run in np.lib.stride_tricks.sliding_window_view(steps, WINDOW_STEPS)]
