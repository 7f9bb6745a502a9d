"""Bits per note of every baseline on the test split; every choice is made on validation."""

import numpy as np

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.model_card import Evaluation
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.evaluation.baselines.best_ngram import (
    NgramSearch,
    bits_of,
    streams_of,
    try_all,
)
from nocturne.tasks.model.evaluation.baselines.cache import with_song_so_far
from nocturne.tasks.model.evaluation.baselines.kneser_ney import Floats
from nocturne.tasks.model.evaluation.baselines.streams import NoteRow, Stream, limited, note_row

MAX_ORDER = 8
CACHE_ORDER = 24  # long enough to follow a repeat for six notes of four attributes
# Time and memory grow with these, by about 20 microseconds and 250 bytes for each note.
MOST_TRAINING_NOTES = 1_000_000
MOST_VALIDATION_NOTES = 200_000


def _cached_bits(row: NoteRow, attribute: int, start: Floats, valid: int) -> float:
    """Return test bits of the composite with counts of the song so far, of all streams in turn."""
    mixed = start
    for stream in reversed(streams_of(row)):
        mixed, _ = with_song_so_far(row, attribute, stream, CACHE_ORDER, mixed, valid)
    return bits_of(mixed[valid:])


def _evaluation(names: tuple[str, ...], bits: list[float]) -> Evaluation:
    return Evaluation(bits_per_note=sum(bits), by_attribute=dict(zip(names, bits, strict=True)))


def _bits_at(tried: list[NgramSearch], stream: Stream, order: int, split: str) -> list[float]:
    """Return the bits of every attribute under one stream and order."""
    return [
        getattr(candidate, f"{split}_bits")
        for attribute in tried
        for candidate in attribute.candidates
        if (candidate.stream, candidate.order) == (stream, order)
    ]


def _table(
    tried: list[NgramSearch], cached: list[float], vocabulary: Vocabulary
) -> dict[str, Evaluation]:
    """Name the baselines, choosing the one Kneser-Ney for all attributes on validation."""
    models = [(candidate.stream, candidate.order) for candidate in tried[0].candidates]
    stream, order = min(models, key=lambda model: sum(_bits_at(tried, model[0], model[1], "valid")))
    bits = {
        "uniform": [float(np.log2(size)) for size in vocabulary.sizes],
        "unigram": _bits_at(tried, "own", 1, "test"),
        "bigram": _bits_at(tried, "own", 2, "test"),
        f"kneser_ney_{stream}_{order}": _bits_at(tried, stream, order, "test"),
        "composite": [attribute.best.test_bits for attribute in tried],
        "cache": cached,
    }
    return {name: _evaluation(vocabulary.names, values) for name, values in bits.items()}


def evaluate_baselines(
    train: SplitIds,
    valid: SplitIds,
    test: SplitIds,
    vocabulary: Vocabulary,
    progress: Progress = silent,
    *,
    max_order: int = MAX_ORDER,
) -> dict[str, Evaluation]:
    """Return the bits per note, whole and by attribute, of every note of `test`.

    - `uniform`: all categories equally likely;
    - `unigram`, `bigram`: Kneser-Ney of order 1 and 2 on each attribute's own stream;
    - `kneser_ney_<stream>_<order>`: the one stream and order, up to `max_order`, that is best
      for all attributes together, `interleaved` or `own` (streams.symbol_before);
    - `composite`: the best stream and order of each attribute;
    - `cache`: the composite with counts of the song so far mixed in (cache.py).

    Choices are made on `valid`. At most about MOST_TRAINING_NOTES notes are counted, in whole songs
    evenly spread over `train`, and MOST_VALIDATION_NOTES are chosen on; `test` is never cut.
    `max_order` is 2 or more. CorpusError if a split has no notes.
    """
    for name, split in (("training", train), ("validation", valid), ("test", test)):
        if len(split.ids) == 0:
            raise CorpusError(f"the {name} split has no notes: prepare a corpus with more songs")
    counted = limited(train, MOST_TRAINING_NOTES)
    chosen_on = limited(valid, MOST_VALIDATION_NOTES)
    row = note_row([counted], [chosen_on, test], vocabulary.sizes)
    held_out = note_row([], [chosen_on, test], vocabulary.sizes)
    tried, cached = [], []
    for attribute in range(len(vocabulary.sizes)):
        progress(attribute, len(vocabulary.sizes))
        tried.append(try_all(row, attribute, max_order, len(chosen_on.ids)))
        start = tried[-1].probabilities
        cached.append(_cached_bits(held_out, attribute, start, len(chosen_on.ids)))
    progress(len(vocabulary.sizes), len(vocabulary.sizes))
    return _table(tried, cached, vocabulary)
