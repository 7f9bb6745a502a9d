"""A song that samples continue: its notes, as many bars of it as were asked for."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nocturne.schemas.samples.primes import PrimeTrack
from nocturne.tasks.music.categories import without_leading_silence
from nocturne.tasks.music.notes import Notes
from nocturne.tasks.primes.parse import Metre

NEARLY_NOTHING = 1e-6  # quarters: beats are ticks divided, which are not all exact


@dataclass(frozen=True)
class Prime:
    """A song that samples continue.

    `name` is for messages; `sha256` is of the file's bytes, of which there are `size`. `notes`
    are of one track, exact, the first onset at 0; `bars` are those that they fill. `tempo` is the
    song's first, in quarters a minute; `program` 0-127.
    """

    name: str
    sha256: str
    size: int
    notes: Notes
    bars: int
    program: int
    tempo: float
    tracks: tuple[PrimeTrack, ...]


def first_bars(notes: Notes, metres: Sequence[Metre], most: int | None) -> tuple[Notes, int]:
    """Return the notes that begin in the first `most` bars, from time 0, and the bars they fill.

    Bar 1 is the one in which the first note begins. A note that sounds beyond the last bar keeps
    its length. All notes if `most` is None.
    """
    lines = _bar_lines(metres, float(notes.onset_beats[0]), float(notes.onset_beats[-1]))
    if most is not None and most < len(lines):
        count = int(np.searchsorted(notes.onset_beats, lines[most] - NEARLY_NOTHING))
        notes = _beginning(notes, count)
        lines = lines[:most]
    return without_leading_silence(notes), len(lines)


def _bar_lines(metres: Sequence[Metre], first: float, last: float) -> list[float]:
    """Return where the bars begin in which something may begin from beat `first` to `last`."""
    starts = [metre.beat for metre in metres]
    lines: list[float] = []
    for metre, end in zip(metres, [*starts[1:], np.inf], strict=True):
        stop = min(end - NEARLY_NOTHING, last + NEARLY_NOTHING)
        skipped = max(0, int((min(first, stop) - metre.beat) // metre.bar_beats) - 1)
        line = metre.beat + skipped * metre.bar_beats
        while line < stop:
            lines.append(line)
            line += metre.bar_beats
    return lines[max(0, bisect_right(lines, first + NEARLY_NOTHING) - 1) :] or [first]


def _beginning(notes: Notes, count: int) -> Notes:
    """Return the first `count` notes."""
    return Notes(*(column[:count] for column in notes.columns()))


def continued(prime: Notes, notes: Notes, tempo: float, *, has_onsets: bool) -> Notes:
    """Return the notes of a prime as they are, then `notes`, at `tempo` quarters a minute.

    Time 0 of `notes` is the prime's last onset, from which a model counts the first interval. A
    scheme without onsets plays one note after the other: time 0 is then the prime's end.
    """
    start = prime.onset_beats[-1] if has_onsets else prime.offset_beats.max()
    moved = replace(
        notes,
        onset_beats=notes.onset_beats + start,
        offset_beats=notes.offset_beats + start,
    )
    pairs = zip(prime.columns(), moved.columns(), strict=True)
    return _at_tempo(Notes(*(np.concatenate(pair) for pair in pairs)), tempo)


def _at_tempo(notes: Notes, tempo: float) -> Notes:
    """Return the notes with the seconds that their beats take at `tempo` quarters a minute."""
    return replace(
        notes,
        onset_seconds=notes.onset_beats * (60.0 / tempo),
        offset_seconds=notes.offset_beats * (60.0 / tempo),
    )
