"""The result of a reader of MIDI files, the same for every parser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.tempo_map import TempoMap


class UnreadableError(Exception):
    """The reason why a file is refused; it never leaves the extraction."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class TickNotes:
    """Notes of one instrument in ticks, int64 [notes] each; offset > onset; in no order."""

    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self.onset)

    @classmethod
    def none(cls) -> "TickNotes":
        """Return no notes."""
        return cls(*[np.empty(0, np.int64)] * 4)

    def where(self, kept: NDArray[np.bool_]) -> "TickNotes":
        """Return the notes for which `kept`, bool [notes], is true."""
        if kept.all():
            return self
        columns = (self.onset, self.offset, self.pitch, self.velocity)
        return TickNotes(*(column[kept] for column in columns))


@dataclass(frozen=True)
class Track:
    """One instrument: notes of one program, channel and track. `load` makes its notes.

    `count` may include notes without a length, which `load` leaves out.
    """

    program: int
    is_drum: bool
    count: int
    load: Callable[[], TickNotes]


@dataclass(frozen=True)
class Score:
    """A parsed file. Only the notes of the chosen instrument are loaded."""

    ticks_per_quarter: int
    tempo_map: TempoMap
    tracks: Sequence[Track]
