"""How much of its primer a continuation takes up again, and how much real music does."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.music.metrics.excerpt import Ints, excerpt_of, songs_of
from nocturne.tasks.music.metrics.metric import Metric
from nocturne.tasks.music.metrics.repetition import uptake

Piece = NDArray[np.int16]


@dataclass(frozen=True)
class Primed:
    """Held-out primers, int16 [primers, primer_notes, attributes], and how they really go on.

    Each continuation is int16 [primer_notes..notes, attributes].
    """

    primers: Piece
    continuations: list[Piece]


def primed(held_out: SplitIds, primer_notes: int, notes: int, most: int = 200) -> Primed:
    """Cut up to `most` primers, evenly spread, each with what follows it.

    Primers are the stretches 0..primer_notes, primer_notes..2 primer_notes, ... of each song,
    as far as at least primer_notes notes follow. CorpusError if no song is long enough.
    """
    found = [
        (song[begin : begin + primer_notes], song[begin + primer_notes :][:notes])
        for song in songs_of(held_out)
        for begin in range(0, len(song) - 2 * primer_notes + 1, primer_notes)
    ]
    if not found:
        raise CorpusError(
            f"no held-out song has {2 * primer_notes} notes, a primer of {primer_notes} and as "
            "many after it: prepare a corpus with longer songs"
        )
    chosen = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).astype(int))
    return Primed(np.stack([found[i][0] for i in chosen]), [found[i][1] for i in chosen])


def _steps(vocabulary: Vocabulary, ids: Piece) -> Ints:
    return excerpt_of(vocabulary, ids).steps


def evaluate_uptake(real: Primed, generated: Piece, vocabulary: Vocabulary) -> tuple[float, float]:
    """Return the mean share of 5-note windows that already occur in the primer, 0 to 1.

    The first figure is that of `generated`, int16 [primers, notes, attributes], which continue
    `real.primers`; the second that of the real continuations. Each pair is cut to the shorter
    length, so that both had the same room.
    """
    shares = []
    for primer, continuation, ids in zip(real.primers, real.continuations, generated, strict=True):
        known = _steps(vocabulary, primer)
        room = min(len(continuation), len(ids))
        pair = (uptake(known, _steps(vocabulary, notes[:room])) for notes in (ids, continuation))
        shares.append(tuple(pair))
    generated_mean, real_mean = np.nan_to_num(np.mean(shares, axis=0))
    return float(generated_mean), float(real_mean)


UPTAKE = Metric("uptake", ".2f", "Figures of a held-out primer taken up again in what follows it")
METRICS = (UPTAKE,)
