"""One door to both category schemes."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.music.categories import factored, song_max
from nocturne.tasks.music.notes import Notes


def fit(scheme: SchemeName, songs: Iterable[Notes], fitted_on: str) -> Vocabulary:
    """Fit `scheme` on the training songs, reading them once; `fitted_on` is their fingerprint.

    CorpusError if they hold no note.
    """
    sounding = (notes for notes in songs if len(notes))
    first = next(sounding, None)
    if first is None:
        raise CorpusError("the training songs hold no notes: add songs and ingest again")
    fitter = factored.fit if scheme == "factored" else song_max.fit
    return fitter(chain([first], sounding), fitted_on)


def encode(vocabulary: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    """Return int16 [notes, attributes], one row for each note, in the order of `notes`."""
    if vocabulary.scheme == "factored":
        return factored.encode(vocabulary, notes)
    return song_max.encode(notes)


def decode(vocabulary: Vocabulary, ids: NDArray[np.int16], tempo: float) -> Notes:
    """Return the notes of `ids` [notes, attributes], played at `tempo` quarters a minute.

    For `factored`, `encode(vocabulary, decode(vocabulary, ids, tempo))` equals `ids` exactly.
    ModelError if `ids` do not fit the vocabulary.
    """
    check_ids(vocabulary, ids)
    if vocabulary.scheme == "factored":
        return factored.decode(vocabulary, ids, tempo)
    return song_max.decode(ids, tempo, song_max.vocabulary_maxima(vocabulary))


def canonical(vocabulary: Vocabulary, ids: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return `ids` with the notes of each chord from low to high, as training data has them."""
    return factored.canonical(ids) if vocabulary.scheme == "factored" else ids


def encode_song(vocabulary: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    """Return the canonical ids of a whole song, starting at its first onset.

    This is how training data is made: leading silence is dropped, chords are in pitch order.
    """
    if vocabulary.scheme == "song-max":  # it has neither onsets nor chords
        return encode(vocabulary, notes)
    return canonical(vocabulary, encode(vocabulary, without_leading_silence(notes)))


def check_ids(vocabulary: Vocabulary, ids: NDArray[np.integer]) -> None:
    """Raise ModelError unless `ids` is [notes, attributes] with every id in its range."""
    width = len(vocabulary.attributes)
    if ids.ndim != 2 or ids.shape[1] != width:
        raise ModelError(
            f"category ids of shape {ids.shape} do not match the {vocabulary.scheme} vocabulary "
            f"{vocabulary.vocabulary_id}, which has {width} attributes: use the model's own"
        )
    for attribute, column in zip(vocabulary.attributes, ids.T, strict=True):
        wrong = column[(column < 0) | (column >= attribute.size)]
        if len(wrong):
            raise ModelError(
                f"{attribute.name} id {wrong[0]} is outside 0..{attribute.size - 1} of vocabulary "
                f"{vocabulary.vocabulary_id}: the ids were made with another vocabulary"
            )


def without_leading_silence(notes: Notes) -> Notes:
    """Return the notes moved so that the first onset is at 0."""
    if not len(notes):
        return notes
    seconds, beats = notes.onset_seconds[0], notes.onset_beats[0]
    return replace(
        notes,
        onset_seconds=notes.onset_seconds - seconds,
        offset_seconds=notes.offset_seconds - seconds,
        onset_beats=notes.onset_beats - beats,
        offset_beats=notes.offset_beats - beats,
    )
