"""How long real songs keep repeating their last few notes, so that samples need not go on longer.

A recurrent network that feeds on its own output can fall into saying one or two notes for ever,
as no song does. While training songs are read, the length of every run is counted for periods
of 1..PERIODS notes: how many notes in a row equal, in (pitch, inter-onset interval), the note
one period before. In sampling, a run that is as long as the longest of all but one in ten
training songs may not go on: the pitch that would continue it is left out. Songs are what is
counted, since the notes of a few that stay on one chord for minutes would set no limit at all.

Loops with longer periods, or with a slip now and then, are told by their crowding: a window of
CROWD_NOTES notes that has been played again and again within the last CROWD_REACH notes. The
pitch that would complete it once more is left out. And wherever it comes from, a pitch that has
had its share of the last SHARE_REACH notes must wait.
"""

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.trained_model import (
    CROWD_REACH,
    NO_CROWD,
    PERIODS,
    SHARE_REACH,
    UNLIMITED,
)
from nocturne.tasks.model.network.weights import LONGEST_MATCH, MATCHED

COMMON_SHARE = 0.9  # of songs, whose most is the limit
MOST_NOTES = 1_000_000  # counted; more would not change the limits
CROWD_NOTES = 5


def loop_limits(train: SplitIds, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Limits of all that may go on too long in a sample: int32 [LIMITS].

    First the longest run to allow for each period 1..PERIODS, in notes; UNLIMITED where real
    songs have runs as long as are told apart. Then how often a window may have been played, and
    how often a pitch.
    """
    songs = int(np.searchsorted(train.song_offsets, MOST_NOTES))
    offsets = train.song_offsets[: max(songs, 1) + 1]
    matched = [k for k, name in enumerate(vocabulary.names) if name in MATCHED] or [0]
    notes = np.asarray(train.ids[: offsets[-1]])[:, matched].astype(np.int64)
    codes = notes @ [2**15, 1][-len(matched) :]  # one number for each kind of note
    song = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    crowd = _crowd_limit(codes, song)
    share = _share_limit(notes[:, -1], song)  # pitch is the last of what is matched
    return np.array([*_run_limits(codes, song), crowd, share], np.int32)


def _run_limits(codes: NDArray[np.int64], song: NDArray[np.int64]) -> list[int]:
    limits = [UNLIMITED] * PERIODS
    for period in range(1, min(PERIODS, len(codes) - 1) + 1):
        equal = (codes[period:] == codes[:-period]) & (song[period:] == song[:-period])
        limits[period - 1] = _limit(_run_lengths(equal), song[period:])
    return limits


def _crowd_limit(codes: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """How often a note may complete a window that has just been played."""
    if len(codes) < CROWD_NOTES:
        return NO_CROWD
    windows = np.lib.stride_tricks.sliding_window_view(codes, CROWD_NOTES)
    at = np.flatnonzero(song[: len(windows)] == song[CROWD_NOTES - 1 :])  # within one song
    if not len(at):
        return NO_CROWD
    rows = np.column_stack((windows[at], song[at]))
    counts = _recent(np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1), at, CROWD_REACH)
    return max(1, _most(counts, song[at]))


def _share_limit(pitch: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """How often a pitch may stand among the notes before it and itself."""
    kind = np.unique(np.column_stack((pitch, song)), axis=0, return_inverse=True)[1].reshape(-1)
    counts = _recent(kind, np.arange(len(kind)), SHARE_REACH)
    return 1 + _most(counts, song)


def _recent(kind: NDArray[np.int64], at: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """How many of the same kind stand at the `reach` places before each; `at` rises."""
    far = int(at[-1]) + reach + 1
    place = np.sort(kind * far + at)  # by kind, then by place
    number = np.arange(len(place))
    first = np.searchsorted(place, place // far * far)  # no count goes into another kind
    counts: NDArray[np.int64] = number - np.maximum(np.searchsorted(place, place - reach), first)
    return counts


def _run_lengths(equal: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many true values in a row end at each place."""
    place = np.arange(1, len(equal) + 1)
    return place - np.maximum.accumulate(np.where(equal, 0, place))


def _limit(runs: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """The longest run to allow; UNLIMITED where matches are not told apart any more."""
    longest = _most(runs, song)
    return longest if 0 < longest < LONGEST_MATCH else UNLIMITED


def _most(counts: NDArray[np.int64], song: NDArray[np.int64]) -> int:
    """The greatest count in each song, of all but one in ten songs the greatest."""
    of_song = np.zeros(int(song.max()) + 1, np.int64)
    np.maximum.at(of_song, song, counts)
    return int(np.quantile(of_song, COMMON_SHARE, method="higher"))
