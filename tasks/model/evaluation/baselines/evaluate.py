"""Bits per note of every baseline on the test split; every choice is made on validation.

Where the vocabulary has an end, the baselines predict it as a model does: after every note,
whether the song ends there. That is one attribute more of a note, END, with the two values of
`with_last_notes`; its bits are those of the model's END, for the same events.
"""

from collections.abc import Iterator

import numpy as np

from nocturne.schemas.errors import CorpusError
from nocturne.schemas.model_card import Evaluation
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import END, SplitIds, Vocabulary
from nocturne.tasks.model.evaluation.baselines.best_ngram import (
    NgramSearch,
    bits_of,
    streams_of,
    try_all,
)
from nocturne.tasks.model.evaluation.baselines.cache import with_song_so_far
from nocturne.tasks.model.evaluation.baselines.kneser_ney import Floats
from nocturne.tasks.model.evaluation.baselines.streams import (
    NoteRow,
    Stream,
    limited,
    note_row,
    with_last_notes,
)

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


def _rows(parts: list[SplitIds], vocabulary: Vocabulary) -> Iterator[tuple[NoteRow, NoteRow]]:
    """Yield for each attribute the row of all parts, and that of all but the first, not counted.

    The row of END alone has END among its attributes: the other n-grams are those without it.
    """
    sizes = vocabulary.sizes
    rows = note_row(parts[:1], parts[1:], sizes), note_row([], parts[1:], sizes)
    yield from [rows] * len(sizes)
    if vocabulary.ends:
        parts, sizes = [with_last_notes(part) for part in parts], (*sizes, 2)
        yield note_row(parts[:1], parts[1:], sizes), note_row([], parts[1:], sizes)


def _uniform_bits(vocabulary: Vocabulary, test: SplitIds) -> list[float]:
    """Return the bits of each attribute where all categories of a head are equally likely.

    Of the end: log2((size + 1) / size) for each note that follows another, and log2(size + 1) for
    each song, by the `size` of the first attribute.
    """
    bits = [float(np.log2(size)) for size in vocabulary.sizes]
    if not vocabulary.ends:
        return bits
    size, notes = vocabulary.sizes[0], len(test.ids)
    songs = int((np.diff(test.song_offsets) > 0).sum())
    goes_on = (notes - songs) * np.log2((size + 1) / size)
    return [*bits, float(goes_on + songs * np.log2(size + 1)) / notes]


def _table(
    tried: list[NgramSearch], cached: list[float], names: tuple[str, ...], uniform: list[float]
) -> dict[str, Evaluation]:
    """Name the baselines, choosing the one Kneser-Ney for all attributes on validation."""
    models = [(candidate.stream, candidate.order) for candidate in tried[0].candidates]
    stream, order = min(models, key=lambda model: sum(_bits_at(tried, model[0], model[1], "valid")))
    bits = {
        "uniform": uniform,
        "unigram": _bits_at(tried, "own", 1, "test"),
        "bigram": _bits_at(tried, "own", 2, "test"),
        f"kneser_ney_{stream}_{order}": _bits_at(tried, stream, order, "test"),
        "composite": [attribute.best.test_bits for attribute in tried],
        "cache": cached,
    }
    return {name: _evaluation(names, values) for name, values in bits.items()}


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
    valid_notes = len(chosen_on.ids)
    names = (*vocabulary.names, END) if vocabulary.ends else vocabulary.names
    tried, cached = [], []
    for attribute, (row, held_out) in enumerate(_rows([counted, chosen_on, test], vocabulary)):
        progress(attribute, len(names))
        tried.append(try_all(row, attribute, max_order, valid_notes))
        start = tried[-1].probabilities
        cached.append(_cached_bits(held_out, attribute, start, valid_notes))
    progress(len(names), len(names))
    return _table(tried, cached, names, _uniform_bits(vocabulary, test))
