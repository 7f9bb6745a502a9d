"""Limits of repetition in samples, measured on the training songs.

A recurrent network that reads its own output can repeat one or two notes for ever, as no song
does. Three limits prevent this; sampling forbids the pitch that would exceed one of them:

- run limits: a run is a number of notes in a row that equal, in (pitch, inter-onset interval),
  the note one period before. There is a limit on its length for each period of 1..PERIODS notes.
- window repeat limit: how often one window of REPEATED_NOTES notes may occur within
  WINDOW_REPEAT_REACH notes. It ends loops of longer periods, and loops with small deviations.
- pitch count limit: how often one pitch may occur within PITCH_COUNT_REACH notes.

Each limit is a quantile over songs: the maximum of a song is below or at the limit in nine of ten
training songs. A quantile over notes would set no limit where a few songs stay on one chord for
minutes.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.trained_model import (
    NO_WINDOW_REPEAT_LIMIT,
    PERIODS,
    PITCH_COUNT_REACH,
    UNLIMITED,
    WINDOW_REPEAT_REACH,
)
from nocturne.tasks.model.network.weights import LONGEST_MATCH, MATCHED

QUANTILE = 0.9  # of the songs' maxima
MOST_NOTES = 1_000_000  # of training songs that are read; more would not change the limits
REPEATED_NOTES = 5  # in a window


def loop_limits(train: SplitIds, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Return the limits of repetition: int32 [LIMITS].

    The run limits of periods 1..PERIODS in notes, UNLIMITED where songs have runs as long as the
    longest match that is counted; the window repeat limit; the pitch count limit.
    """
    songs = int(np.searchsorted(train.song_offsets, MOST_NOTES))
    offsets = train.song_offsets[: max(songs, 1) + 1]
    matched = [k for k, name in enumerate(vocabulary.names) if name in MATCHED] or [0]
    notes = np.asarray(train.ids[: offsets[-1]])[:, matched].astype(np.int64)
    codes = notes @ [2**15, 1][-len(matched) :]  # equal notes have the same number
    song = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    window_repeats = _window_repeat_limit(codes, song)
    pitch_count = _pitch_count_limit(notes[:, -1], song)  # pitch is the last attribute in MATCHED
    return np.array([*_run_limits(codes, song), window_repeats, pitch_count], np.int32)


def _run_limits(codes: NDArray[np.int64], song: NDArray[np.int64]) -> list[int]:
    """Return the longest run to allow for each period, in notes."""
    limits = [UNLIMITED] * PERIODS
    for period in range(1, min(PERIODS, len(codes) - 1) + 1):
        equal = (codes[period:] == codes[:-period]) & (song[period:] == song[:-period])
        limits[period - 1] = _run_limit(_run_lengths(equal), song[period:])
    return limits


def _window_repeat_limit(codes: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """Return how often a window may occur within the last WINDOW_REPEAT_REACH notes."""
    if len(codes) < REPEATED_NOTES:
        return NO_WINDOW_REPEAT_LIMIT
    windows = np.lib.stride_tricks.sliding_window_view(codes, REPEATED_NOTES)
    starts = np.flatnonzero(song[: len(windows)] == song[REPEATED_NOTES - 1 :])  # within one song
    if not len(starts):
        return NO_WINDOW_REPEAT_LIMIT
    kind = _kinds(windows[starts], song[starts])
    counts = _recent_counts(kind, starts, WINDOW_REPEAT_REACH)
    return max(1, _quantile_over_songs(counts, song[starts]))


def _pitch_count_limit(pitch: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """Return how often a pitch may occur in a note and the PITCH_COUNT_REACH notes before it."""
    kind = _kinds(pitch, song)
    counts = _recent_counts(kind, np.arange(len(kind)), PITCH_COUNT_REACH)
    return 1 + _quantile_over_songs(counts, song)


def _kinds(values: NDArray[np.int64], song: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a number for each row of values; equal rows of one song have the same number."""
    rows = np.column_stack((values, song))
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)


def _recent_counts(
    kind: NDArray[np.int64], position: NDArray[np.int64], reach: int
) -> NDArray[np.int64]:
    """Count for each item the items of its kind at the `reach` positions before it.

    Positions rise. The counts come in the order of (kind, position), not in that of the items:
    `_quantile_over_songs` therefore takes its maxima over groups as large as the songs, but of
    other items. Models of a training config keep their limits, so this stays as it is.
    """
    stride = int(position[-1]) + reach + 1
    keys = np.sort(kind * stride + position)
    first_of_kind = np.searchsorted(keys, keys // stride * stride)
    first_in_reach = np.searchsorted(keys, keys - reach)
    counts: NDArray[np.int64] = np.arange(len(keys)) - np.maximum(first_in_reach, first_of_kind)
    return counts


def _run_lengths(equal: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many true values in a row end at each position."""
    position = np.arange(1, len(equal) + 1)
    return position - np.maximum.accumulate(np.where(equal, 0, position))


def _run_limit(lengths: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """Return the longest run to allow; UNLIMITED where longer matches are not counted."""
    longest = _quantile_over_songs(lengths, song)
    return longest if 0 < longest < LONGEST_MATCH else UNLIMITED


def _quantile_over_songs(counts: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """Return the quantile over songs of each song's greatest count."""
    of_song = np.zeros(int(song.max()) + 1, np.int64)
    np.maximum.at(of_song, song, counts)
    return int(np.quantile(of_song, QUANTILE, method="higher"))
