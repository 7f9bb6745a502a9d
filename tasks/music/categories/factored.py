"""The `factored` scheme: inter-onset interval, pitch, duration and velocity of each note.

Times are whole ticks, 480 to the quarter. Onsets are coded closed-loop: each interval is
measured from the time that the decoder will have reached, so errors do not add up. A note on
the same tick as the one before always gets interval 0, so chords stay chords. After a rest
longer than the longest interval, the following notes come early until the decoded time has caught
up.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import (
    ENDS_SINCE,
    TICKS_PER_QUARTER,
    Attribute,
    Distribution,
    Vocabulary,
)
from nocturne.tasks.music.categories.codebook import Histogram, cluster, nearest, nearest_table
from nocturne.tasks.music.categories.distribution import counted_values, distribution_of
from nocturne.tasks.music.categories.scheme import Scheme, without_leading_silence
from nocturne.tasks.music.notes import Notes

INTERVALS, PITCHES, DURATIONS, VELOCITIES = 32, 128, 32, 8  # largest codebooks
LONGEST_TICKS = 32 * TICKS_PER_QUARTER  # longer intervals and durations count as this
NAMES = ("inter_onset_interval", "pitch", "duration", "velocity")
FITTED = ("inter_onset_interval", "duration", "velocity")  # whose codebooks follow from the songs


def measure(songs: Iterable[Notes]) -> Distribution:
    """Count the intervals, durations (ticks) and velocities of songs.

    Interval 0, of chords, is left out: it has an entry of its own.
    """
    intervals, durations = Histogram(LONGEST_TICKS), Histogram(LONGEST_TICKS)
    velocities = Histogram(127)
    for notes in songs:
        intervals.add(np.diff(_onset_ticks(notes)))
        durations.add(_duration_ticks(notes))
        velocities.add(notes.velocity.astype(np.int64))
    intervals.counts[0] = 0
    counted = (intervals, durations, velocities)
    return distribution_of({n: h.counted() for n, h in zip(FITTED, counted, strict=True)})


def fit(distribution: Distribution, fitted_on: str) -> Vocabulary:
    """Fit the codebooks on what `measure` counted."""
    intervals, durations, velocities = (_dense(distribution, name) for name in FITTED)
    codebooks = (
        np.concatenate(([0], cluster(intervals, INTERVALS - 1))),
        np.arange(PITCHES),
        cluster(durations, DURATIONS),
        cluster(velocities, VELOCITIES),
    )
    return Vocabulary(
        scheme="factored",
        version=ENDS_SINCE,
        attributes=tuple(
            Attribute(name=name, size=len(book))
            for name, book in zip(NAMES, codebooks, strict=True)
        ),
        codebooks={
            name: tuple(map(float, book)) for name, book in zip(NAMES, codebooks, strict=True)
        },
        fitted_on=fitted_on,
    )


def encode(vocabulary: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    """Return int16 [notes, 4], in the order of `notes`, with time 0 as the start."""
    intervals, _, durations, velocities = _books(vocabulary)
    columns = (
        _closed_loop(intervals, _onset_ticks(notes)),
        notes.pitch,
        nearest(durations, _duration_ticks(notes)),
        nearest(velocities, notes.velocity.astype(np.int64)),
    )
    return np.stack(columns, axis=1).astype(np.int16)


def encode_song(vocabulary: Vocabulary, notes: Notes) -> NDArray[np.int16]:
    """Return the canonical ids of a whole song, int16 [notes, 4], with its first onset as 0."""
    return canonical(encode(vocabulary, without_leading_silence(notes)))


def decode(vocabulary: Vocabulary, ids: NDArray[np.int16], tempo: float) -> Notes:
    """Return the notes that `ids` [notes, 4] stand for, in their order.

    Onsets never fall; inside a chord the notes keep the order of `ids`, so that `encode` gives
    exactly `ids` back whatever they are.
    """
    intervals, pitches, durations, velocities = _books(vocabulary)
    onset = np.cumsum(intervals[ids[:, 0]])
    onset_beats = onset / TICKS_PER_QUARTER
    offset_beats = (onset + durations[ids[:, 2]]) / TICKS_PER_QUARTER
    return Notes(
        onset_seconds=onset_beats * (60.0 / tempo),
        offset_seconds=offset_beats * (60.0 / tempo),
        onset_beats=onset_beats,
        offset_beats=offset_beats,
        pitch=pitches[ids[:, 1]].astype(np.uint8),
        velocity=velocities[ids[:, 3]].astype(np.uint8),
    )


def canonical(ids: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return `ids` [notes, 4] with the notes of each chord (interval 0) from low to high.

    Quantising can move different onsets to the same tick; sorting gives notes that sound the same
    the same ids. The decoded times do not change.
    """
    chord = np.cumsum(ids[:, 0] != 0)
    order = np.lexsort((ids[:, 1], chord))  # stable: equal pitches keep their order
    return np.column_stack((ids[:, 0], ids[order, 1:]))


SCHEME = Scheme(measure=measure, fit=fit, encode=encode, encode_song=encode_song, decode=decode)


def _dense(distribution: Distribution, name: str) -> NDArray[np.int64]:
    """Return counts by value, int64 [largest value + 1]."""
    values, counts = counted_values(distribution, name)
    dense = np.zeros(int(values.max(initial=0)) + 1, np.int64)
    dense[values.astype(np.int64)] = counts
    return dense


def _books(vocabulary: Vocabulary) -> tuple[NDArray[np.int64], ...]:
    return tuple(np.array(vocabulary.codebooks[name], np.int64) for name in NAMES)


def _onset_ticks(notes: Notes) -> NDArray[np.int64]:
    return np.rint(notes.onset_beats * TICKS_PER_QUARTER).astype(np.int64)


def _duration_ticks(notes: Notes) -> NDArray[np.int64]:
    beats = notes.offset_beats - notes.onset_beats
    return np.maximum(1, np.rint(beats * TICKS_PER_QUARTER)).astype(np.int64)


def _closed_loop(codebook: NDArray[np.int64], onsets: NDArray[np.int64]) -> list[int]:
    """Return the id of each interval, measured from the time already decoded."""
    table, steps = nearest_table(codebook).tolist(), codebook.tolist()
    longest = steps[-1]
    reached, ids = 0, []
    # Plain integers: numpy's scalars would make this loop many times slower.
    for previous, onset in pairwise([0, *onsets.tolist()]):
        gap = min(onset - reached, longest)
        chosen = 0 if gap <= 0 or onset == previous else table[gap]
        reached += steps[chosen]
        ids.append(chosen)
    return ids
