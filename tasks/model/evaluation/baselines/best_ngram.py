"""Find the best n-gram model of one attribute, among all streams and orders."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nocturne.tasks.model.evaluation.baselines.kneser_ney import Floats, order_probabilities
from nocturne.tasks.model.evaluation.baselines.streams import NoteRow, Stream


@dataclass(frozen=True)
class Candidate:
    """One n-gram model of one attribute; bits are means over notes."""

    stream: Stream
    order: int
    valid_bits: float
    test_bits: float


@dataclass(frozen=True)
class NgramSearch:
    """All n-gram models of one attribute, and the best of them.

    `probabilities` are those of the best: validation notes first, then test notes.
    """

    candidates: tuple[Candidate, ...]
    best: Candidate
    probabilities: Floats


def bits_of(probabilities: Floats) -> float:
    """Return the mean number of bits that the values cost."""
    return max(0.0, float(-np.log2(probabilities).mean()))  # rounding can leave -0.0


def streams_of(row: NoteRow) -> tuple[Stream, ...]:
    """Return the streams worth trying: with one attribute the two are the same."""
    return ("own",) if len(row.sizes) == 1 else ("own", "interleaved")


def _ngrams(
    row: NoteRow, attribute: int, max_order: int, valid: int
) -> Iterator[tuple[Candidate, Floats]]:
    for stream in streams_of(row):
        by_order = order_probabilities(row, attribute, stream, max_order)
        for order, probabilities in enumerate(by_order, start=1):
            bits = bits_of(probabilities[:valid]), bits_of(probabilities[valid:])
            yield Candidate(stream, order, *bits), probabilities


def try_all(row: NoteRow, attribute: int, max_order: int, valid: int) -> NgramSearch:
    """Try every stream and order, keeping the probabilities of the best only."""
    candidates: list[Candidate] = []
    best: tuple[Candidate, Floats] | None = None
    for candidate, probabilities in _ngrams(row, attribute, max_order, valid):
        candidates.append(candidate)
        if best is None or candidate.valid_bits < best[0].valid_bits:
            best = candidate, probabilities
    assert best is not None
    return NgramSearch(tuple(candidates), *best)
