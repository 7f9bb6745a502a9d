"""The tempo map: ticks to seconds, in float64, by pretty_midi's arithmetic."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFAULT_TEMPO_BPM = 120.0
PLAUSIBLE_BPM = (1.0, 2000.0)
MICROSECONDS_PER_MINUTE = 6e7


@dataclass(frozen=True)
class TempoMap:
    """Sections of constant tempo; every array has shape [sections], and ticks rise from 0.

    `start_seconds` is the time of each section's first tick.
    """

    ticks: NDArray[np.int64]
    seconds_per_tick: NDArray[np.float64]
    start_seconds: NDArray[np.float64]

    @classmethod
    def of_sections(
        cls, ticks: NDArray[np.int64], seconds_per_tick: NDArray[np.float64]
    ) -> "TempoMap":
        """Build the map from each section's first tick (0 for the first) and seconds per tick."""
        lengths = np.diff(ticks) * seconds_per_tick[:-1]
        return cls(ticks, seconds_per_tick, np.concatenate([[0.0], np.cumsum(lengths)]))

    @classmethod
    def of_events(
        cls,
        ticks: NDArray[np.int64],
        microseconds_per_quarter: NDArray[np.float64],
        ticks_per_quarter: int,
    ) -> "TempoMap":
        """Build the map from tempo events, in any order; the last one on a tick holds.

        Ticks of 0 microseconds to the quarter take no time. Raises ZeroDivisionError for 0
        ticks to the quarter.
        """
        if ticks_per_quarter <= 0:
            raise ZeroDivisionError("0 ticks per quarter")
        with np.errstate(divide="ignore"):  # of 0 microseconds to the quarter
            return cls._of_events(ticks, microseconds_per_quarter, ticks_per_quarter)

    @classmethod
    def _of_events(
        cls,
        ticks: NDArray[np.int64],
        microseconds_per_quarter: NDArray[np.float64],
        ticks_per_quarter: int,
    ) -> "TempoMap":
        if len(ticks) == 1 and ticks[0] == 0:  # as in most songs: the same result, faster
            only = 60.0 / (MICROSECONDS_PER_MINUTE / microseconds_per_quarter * ticks_per_quarter)
            return cls(np.zeros(1, np.int64), only, np.zeros(1))
        order = np.argsort(ticks, kind="stable")
        at = np.concatenate([[0], ticks[order]]).astype(np.int64)
        tempo = MICROSECONDS_PER_MINUTE / microseconds_per_quarter[order]
        tempo = np.concatenate([[DEFAULT_TEMPO_BPM], tempo])
        pace = 60.0 / (tempo * ticks_per_quarter)
        first = int(np.searchsorted(at, 0, side="right")) - 1
        at, pace = at[first:], pace[first:]
        # Dropping repeats leaves the rounding of the running sum as pretty_midi has it.
        kept = np.concatenate([[True], pace[1:] != pace[:-1]])
        return cls.of_sections(at[kept], pace[kept])

    def seconds(self, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the time of each tick, float64, same shape."""
        if len(self.ticks) == 1:
            steady: NDArray[np.float64] = ticks * self.seconds_per_tick[0]
            return steady
        section = np.searchsorted(self.ticks, ticks, side="right") - 1
        pace = self.seconds_per_tick[section]
        since = ticks - self.ticks[section]
        time: NDArray[np.float64] = self.start_seconds[section] + pace * since
        return time

    def tempo_at(self, tick: int, ticks_per_quarter: int) -> float:
        """Return the tempo at `tick`, in quarters a minute; inf where ticks take no time."""
        section = int(np.searchsorted(self.ticks, tick, side="right")) - 1
        pace = float(self.seconds_per_tick[section])
        return 60.0 / (pace * ticks_per_quarter) if pace else math.inf

    def implausible(
        self, onset: NDArray[np.int64], offset: NDArray[np.int64], ticks_per_quarter: int
    ) -> float | None:
        """Return an implausible tempo that holds while a note sounds; None if there is none.

        onset, offset: ticks [notes]. The tempo is in quarters a minute, outside PLAUSIBLE_BPM.
        """
        slowest, fastest = PLAUSIBLE_BPM
        pace = self.seconds_per_tick * ticks_per_quarter / 60.0  # minutes a quarter
        ends = np.append(self.ticks[1:], np.iinfo(np.int64).max)
        for section in np.flatnonzero((pace * slowest > 1) | (pace * fastest < 1)):
            if ((onset < ends[section]) & (offset > self.ticks[section])).any():
                return self.tempo_at(int(self.ticks[section]), ticks_per_quarter)
        return None
