"""Fit, encode and decode by a scheme's name or a vocabulary, whichever scheme that is."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SchemeName
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.sequences import Distribution, Vocabulary
from nocturne.tasks.music.categories.scheme import load_schemes
from nocturne.tasks.music.notes import Notes

SCHEMES = load_schemes()


def measure(scheme: SchemeName, songs: Iterable[Notes]) -> Distribution:
    """Count, reading the songs once, what the codebooks of `scheme` are fitted on."""
    return SCHEMES[scheme].measure(songs)


def fit_counted(scheme: SchemeName, distribution: Distribution, fitted_on: str) -> Vocabulary:
    """Fit `scheme` on what `measure` counted in the training songs; CorpusError if nothing."""
    if not any(distribution.counts.values()):
        raise CorpusError("the training songs hold no notes: add songs and ingest again")
    return SCHEMES[scheme].fit(distribution, fitted_on)


def fit(scheme: SchemeName, songs: Iterable[Notes], fitted_on: str) -> Vocabulary:
    """Fit `scheme` on the training songs, reading them once; `fitted_on` is their fingerprint.

    CorpusError if they hold no note.
    """
    return fit_counted(scheme, measure(scheme, songs), fitted_on)


def encode(vocabulary: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    """Return int16 [notes, attributes], one row for each note, in the order of `notes`."""
    return SCHEMES[vocabulary.scheme].encode(vocabulary, notes)


def encode_song(vocabulary: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    """Return the ids of a whole song, int16 [notes, attributes], as training data has them.

    A scheme with onsets drops the leading silence and puts each chord in pitch order.
    """
    return SCHEMES[vocabulary.scheme].encode_song(vocabulary, notes)


def decode(vocabulary: Vocabulary, ids: NDArray[np.int16], tempo: float) -> Notes:
    """Return the notes of `ids` [notes, attributes], played at `tempo` quarters a minute.

    For `factored`, `encode(vocabulary, decode(vocabulary, ids, tempo))` equals `ids` exactly.
    ModelError if `ids` do not fit the vocabulary.
    """
    check_ids(vocabulary, ids)
    return SCHEMES[vocabulary.scheme].decode(vocabulary, ids, tempo)


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
