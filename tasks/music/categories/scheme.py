"""What a category scheme is: five functions of one module of this folder, kept as its SCHEME."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SchemeName
from nocturne.schemas.sequences import Distribution, Vocabulary
from nocturne.tasks.music.notes import Notes

Ids = NDArray[np.int16]


@dataclass(frozen=True)
class Scheme:
    """The functions of one scheme; ids are int16 [notes, attributes].

    `measure` takes the training songs and returns what `fit` needs of them, in one pass and
    bounded memory: the distribution of part of the songs and that of the rest add up to that of
    all. `fit` takes that and the fingerprint of the songs. `decode` takes ids that fit the
    vocabulary, and a tempo in quarters a minute. `encode_song` makes the ids that a model learns
    from; `encode` takes the notes as they are.
    """

    measure: Callable[[Iterable[Notes]], Distribution]
    fit: Callable[[Distribution, str], Vocabulary]
    encode: Callable[[Vocabulary, Notes], Ids]
    encode_song: Callable[[Vocabulary, Notes], Ids]
    decode: Callable[[Vocabulary, Ids, float], Notes]


def _scheme_of(name: SchemeName) -> Scheme:
    """Return the SCHEME of the module that is named as the scheme is, with `_` for `-`."""
    module = import_module(f"nocturne.tasks.music.categories.{name.replace('-', '_')}")
    scheme: Scheme = module.SCHEME
    return scheme


def load_schemes() -> dict[SchemeName, Scheme]:
    """Return every scheme that SchemeName lists."""
    return {name: _scheme_of(name) for name in get_args(SchemeName)}


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
