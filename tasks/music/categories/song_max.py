"""The `song-max` scheme: the 2019 source project's categories, with their overflow mended.

A song's own largest duration (seconds), pitch and velocity are each cut into quarters:
level = int(value / (max / 4)), 0..4, where only the maximum itself reaches 4. The source's
label, pitch * 100 + duration * 10 + velocity, ran to 444 in a one-hot vector of width 444;
here the same three levels are packed densely into 125 categories. The scheme has no onsets:
decoded notes follow one another without rests.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import ENDS_SINCE, Attribute, Distribution, Vocabulary
from nocturne.tasks.music.categories.distribution import counted_values, distribution_of
from nocturne.tasks.music.categories.scheme import Scheme
from nocturne.tasks.music.notes import Notes

LEVELS = 5
CATEGORIES = LEVELS**3
NAME = "category"
MAXIMA = ("duration_max", "pitch_max", "velocity_max")


@dataclass(frozen=True)
class Maxima:
    """A song's largest duration in seconds, pitch and velocity."""

    duration: float
    pitch: int
    velocity: int


def maxima_of(notes: Notes) -> Maxima:
    """Return the maxima of a song of at least one note."""
    duration = (notes.offset_seconds - notes.onset_seconds).max()
    return Maxima(float(duration), int(notes.pitch.max()), int(notes.velocity.max()))


def measure(songs: Iterable[Notes]) -> Distribution:
    """Count the songs' maxima."""
    of_songs = [maxima_of(notes) for notes in songs if len(notes)]
    maxima = np.array([(m.duration, m.pitch, m.velocity) for m in of_songs]).reshape(-1, 3)
    counted = {}
    for name, column in zip(MAXIMA, maxima.T, strict=True):
        values, counts = np.unique(column, return_counts=True)
        counted[name] = (values, counts.astype(np.int64))
    return distribution_of(counted)


def fit(distribution: Distribution, fitted_on: str) -> Vocabulary:
    """Keep the (lower) median of the training songs' maxima, to decode generated music with."""
    return Vocabulary(
        scheme="song-max",
        version=ENDS_SINCE,
        attributes=(Attribute(name=NAME, size=CATEGORIES),),
        codebooks={name: (_lower_median(*counted_values(distribution, name)),) for name in MAXIMA},
        fitted_on=fitted_on,
    )


def encode(notes: Notes) -> NDArray[np.int16]:
    """Return int16 [notes, 1], each pitch * 25 + duration * 5 + velocity by levels."""
    if not len(notes):
        return np.zeros((0, 1), np.int16)
    maxima = maxima_of(notes)
    duration = _level(notes.offset_seconds - notes.onset_seconds, maxima.duration)
    pitch = _level(notes.pitch.astype(np.float64), maxima.pitch)
    velocity = _level(notes.velocity.astype(np.float64), maxima.velocity)
    return (pitch * 25 + duration * 5 + velocity)[:, None].astype(np.int16)


def decode(ids: NDArray[np.int16], tempo: float, maxima: Maxima) -> Notes:
    """Return the notes of `ids` [notes, 1], one after another, scaled by `maxima`.

    With a song's own maxima, `encode` gives the song's ids back exactly.
    """
    pitch, duration, velocity = np.unravel_index(ids[:, 0].astype(np.int64), (LEVELS,) * 3)
    # Few significant bits keep every sum of durations exact, so they can be read back exactly.
    unit = float(np.float32(maxima.duration / 8))
    ends = np.cumsum(np.minimum(2 * duration + 1, 8)) * unit
    onset = np.concatenate(([0.0], ends[:-1]))[: len(ends)]
    return Notes(
        onset_seconds=onset,
        offset_seconds=ends,
        onset_beats=onset * (tempo / 60.0),
        offset_beats=ends * (tempo / 60.0),
        pitch=_values(maxima.pitch, smallest=0)[pitch],
        velocity=_values(maxima.velocity, smallest=1)[velocity],
    )


def vocabulary_maxima(vocabulary: Vocabulary) -> Maxima:
    """Return the maxima that generated music is decoded with."""
    books = vocabulary.codebooks
    return Maxima(
        books["duration_max"][0], int(books["pitch_max"][0]), int(books["velocity_max"][0])
    )


def _encode(_: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    return encode(notes)


def _decode(vocabulary: Vocabulary, ids: NDArray[np.int16], tempo: float) -> Notes:
    return decode(ids, tempo, vocabulary_maxima(vocabulary))


SCHEME = Scheme(measure=measure, fit=fit, encode=_encode, encode_song=_encode, decode=_decode)


def _lower_median(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    ends = np.cumsum(counts)
    return float(values[np.searchsorted(ends, (ends[-1] - 1) // 2, side="right")])


def _level(values: NDArray[np.float64], maximum: float) -> NDArray[np.int64]:
    if maximum == 0:  # only pitch can: every note is the maximum, and that is level 4
        return np.full(len(values), LEVELS - 1)
    return (values / (maximum / 4)).astype(np.int64)


def _values(maximum: int, smallest: int) -> NDArray[np.uint8]:
    """Return the whole number that stands for each level: the middle one of its quarter.

    A level that no whole number reaches, which happens for maxima under 4, takes the next
    higher one that does.
    """
    candidates = np.arange(smallest, maximum + 1)
    levels = _level(candidates.astype(np.float64), maximum)
    middles = []
    for level in range(LEVELS):
        reached = levels[levels >= level].min()
        quarter = candidates[levels == reached]
        middles.append(quarter[len(quarter) // 2])
    return np.array(middles, np.uint8)
