"""How long real songs keep repeating their last few notes, so that samples need not go on longer.

A recurrent network that feeds on its own output can fall into saying one or two notes for ever,
as no song does. While training songs are read, the length of every run is counted for periods
of 1..PERIODS notes: how many notes in a row equal, in (pitch, inter-onset interval), the note
one period before. In sampling, a run that is as long as all but one in RARE_NOTES notes of the
training songs allow may not go on: the pitch that would continue it is left out.
"""

import numpy as np
from numpy.typing import NDArray

from schemas.sequences import Vocabulary
from tasks.model.initialise import LONGEST_MATCH, MATCHED
from tasks.storage.sequences import SplitIds

PERIODS = 4  # notes; longer periods do not fill a quarter of a piece with one window
RARE_NOTES = 10_000
MOST_NOTES = 1_000_000  # counted; more would not change the limits
UNLIMITED = LONGEST_MATCH + 1


def run_limits(train: SplitIds, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Longest run to allow for each period 1..PERIODS, in notes: int32 [PERIODS].

    UNLIMITED where real songs have runs as long as are told apart.
    """
    songs = int(np.searchsorted(train.song_offsets, MOST_NOTES))
    offsets = train.song_offsets[: max(songs, 1) + 1]
    matched = [k for k, name in enumerate(vocabulary.names) if name in MATCHED] or [0]
    notes = np.asarray(train.ids[: offsets[-1]])[:, matched]
    song = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    limits = np.full(PERIODS, UNLIMITED, np.int32)
    for period in range(1, min(PERIODS, len(notes) - 1) + 1):
        equal = (notes[period:] == notes[:-period]).all(axis=1) & (song[period:] == song[:-period])
        runs = _run_lengths(equal)
        limits[period - 1] = _limit(runs)
    return limits


def _run_lengths(equal: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many true values in a row end at each place."""
    place = np.arange(1, len(equal) + 1)
    return place - np.maximum.accumulate(np.where(equal, 0, place))


def _limit(runs: NDArray[np.int64]) -> int:
    """The shortest run that at most one note in RARE_NOTES exceeds."""
    longest = int(np.quantile(runs, 1 - 1 / RARE_NOTES, method="higher"))
    return longest if 0 < longest < LONGEST_MATCH else UNLIMITED
