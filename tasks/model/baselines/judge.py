"""Bits per note of every baseline on the test split; every choice is made on validation."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from schemas.errors import CorpusError
from schemas.model_card import Evaluation
from schemas.sequences import Vocabulary
from tasks.model.baselines.cache import with_song_so_far
from tasks.model.baselines.kneser_ney import Floats, order_probabilities
from tasks.model.baselines.streams import NoteRow, Stream, limited, note_row
from tasks.progress import Progress, silent
from tasks.storage.sequences import SplitIds

MAX_ORDER = 8
CACHE_ORDER = 24  # long enough to follow a repeat for six notes of four attributes
# Memory and time grow with these, at about 200 bytes and 0.1 ms a note.
MOST_TRAINING_NOTES = 1_000_000
MOST_VALIDATION_NOTES = 200_000


@dataclass(frozen=True)
class Candidate:
    """One n-gram model of one attribute; bits are means over notes."""

    stream: Stream
    order: int
    valid_bits: float
    test_bits: float


@dataclass(frozen=True)
class _Judged:
    """The best of one attribute: its probabilities (validation, then test), and all tried."""

    candidates: tuple[Candidate, ...]
    best: Candidate
    probabilities: Floats


def _bits(probabilities: Floats) -> float:
    return max(0.0, float(-np.log2(probabilities).mean()))  # rounding can leave -0.0


def _streams(row: NoteRow) -> tuple[Stream, ...]:
    """With one attribute the two streams are the same."""
    return ("own",) if len(row.sizes) == 1 else ("own", "interleaved")


def _ngrams(
    row: NoteRow, attribute: int, max_order: int, valid: int
) -> Iterator[tuple[Candidate, Floats]]:
    for stream in _streams(row):
        found = order_probabilities(row, attribute, stream, max_order)
        for order, probabilities in enumerate(found, start=1):
            bits = _bits(probabilities[:valid]), _bits(probabilities[valid:])
            yield Candidate(stream, order, *bits), probabilities


def _judged(row: NoteRow, attribute: int, max_order: int, valid: int) -> _Judged:
    """Try every stream and order, keeping the probabilities of the best only."""
    candidates: list[Candidate] = []
    best: tuple[Candidate, Floats] | None = None
    for candidate, probabilities in _ngrams(row, attribute, max_order, valid):
        candidates.append(candidate)
        if best is None or candidate.valid_bits < best[0].valid_bits:
            best = candidate, probabilities
    assert best is not None
    return _Judged(tuple(candidates), *best)


def _cached_bits(row: NoteRow, attribute: int, start: Floats, valid: int) -> float:
    """Test bits of the composite with the song so far, on the stream that validation likes."""
    tried = (
        with_song_so_far(row, attribute, stream, CACHE_ORDER, start, valid)[0]
        for stream in _streams(row)
    )
    return min((_bits(mixed[:valid]), _bits(mixed[valid:])) for mixed in tried)[1]


def _evaluation(names: tuple[str, ...], bits: list[float]) -> Evaluation:
    return Evaluation(bits_per_note=sum(bits), by_attribute=dict(zip(names, bits, strict=True)))


def _at(judged: list[_Judged], stream: Stream, order: int, split: str) -> list[float]:
    """Bits of every attribute under one stream and order."""
    return [
        getattr(candidate, f"{split}_bits")
        for attribute in judged
        for candidate in attribute.candidates
        if (candidate.stream, candidate.order) == (stream, order)
    ]


def _table(
    judged: list[_Judged], cached: list[float], vocabulary: Vocabulary
) -> dict[str, Evaluation]:
    """Name the baselines, choosing the one Kneser-Ney for all attributes on validation."""
    tried = [(c.stream, c.order) for c in judged[0].candidates]
    stream, order = min(tried, key=lambda one: sum(_at(judged, one[0], one[1], "valid")))
    bits = {
        "uniform": [float(np.log2(size)) for size in vocabulary.sizes],
        "unigram": _at(judged, "own", 1, "test"),
        "bigram": _at(judged, "own", 2, "test"),
        f"kneser_ney_{stream}_{order}": _at(judged, stream, order, "test"),
        "composite": [attribute.best.test_bits for attribute in judged],
        "cache": cached,
    }
    return {name: _evaluation(vocabulary.names, values) for name, values in bits.items()}


def judge_baselines(
    train: SplitIds,
    valid: SplitIds,
    test: SplitIds,
    vocabulary: Vocabulary,
    progress: Progress = silent,
    *,
    max_order: int = MAX_ORDER,
) -> dict[str, Evaluation]:
    """Return the bits per note, whole and by attribute, of every note of `test`.

    - `uniform`: all categories alike;
    - `unigram`, `bigram`: Kneser-Ney of order 1 and 2 on each attribute's own stream;
    - `kneser_ney_<stream>_<order>`: the one stream and order, up to `max_order`, that is best
      for all attributes together, `interleaved` or `own` (streams.symbol_before);
    - `composite`: the best stream and order of each attribute;
    - `cache`: the composite with counts of the song so far mixed in (cache.py).

    Choices are made on `valid`. Counting stops at about MOST_TRAINING_NOTES notes, whole songs
    evenly spread over `train`, and choosing at MOST_VALIDATION_NOTES; `test` is never cut.
    CorpusError if a split has no notes.
    """
    for name, split in (("training", train), ("validation", valid), ("test", test)):
        if len(split.ids) == 0:
            raise CorpusError(f"the {name} split has no notes: prepare a corpus with more songs")
    counted = limited(train, MOST_TRAINING_NOTES)
    chosen_on = limited(valid, MOST_VALIDATION_NOTES)
    row = note_row([counted], [chosen_on, test], vocabulary.sizes)
    held_out = note_row([], [chosen_on, test], vocabulary.sizes)
    judged, cached = [], []
    for attribute in range(len(vocabulary.sizes)):
        progress(attribute, len(vocabulary.sizes))
        judged.append(_judged(row, attribute, max_order, len(chosen_on.ids)))
        start = judged[-1].probabilities
        cached.append(_cached_bits(held_out, attribute, start, len(chosen_on.ids)))
    progress(len(vocabulary.sizes), len(vocabulary.sizes))
    return _table(judged, cached, vocabulary)
