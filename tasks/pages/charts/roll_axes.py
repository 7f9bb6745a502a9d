"""The ranges of time and pitch that a piano roll draws.

A few notes far from all others would leave the rest too little room. So a long stretch in which no
note begins or ends is shortened, as a multi-bar rest is in a score, and the few notes far above or
below the others are only marked at the edge.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.music.notes import Notes

BEATS_PER_BAR = 4  # quarters: grid lines only, the music's own metre is not known
MAX_BEATS = 256.0  # a longer axis would be too small to read
MIN_BEATS = 16.0
# A stretch longer than both limits is shortened; shares are of all music without long rests.
LONG_REST_BEATS, LONG_REST_SHARE = 8.0, 1 / 8
LONG_HOLD_BEATS, LONG_HOLD_SHARE = 32.0, 1 / 4
BREAK_BEATS = 4.0  # width of a shortened stretch

MIN_SEMITONES = 24
MARGIN_SEMITONES = 2
FAR_SEMITONES = 7  # a gap wider than a fifth sets notes apart from the others
MOST_FAR_SHARE = 1 / 50  # of all notes, at either end
MOST_FAR_OF_FEW = 2, 1 / 8  # notes that are allowed in a short piece, and their largest share
LEAST_GAIN = 1.25  # far notes are left out only if rows become higher by this factor


@dataclass(frozen=True)
class TimeAxis:
    """Stretches of a piece that are drawn to scale, (begin, end) in beats, rising.

    Between two of them lies a shortened stretch, which is drawn BREAK_BEATS wide.
    """

    stretches: tuple[tuple[float, float], ...]

    @property
    def width(self) -> float:
        """Width of the whole axis, in beats of the stretches."""
        return self.points[-1][1]

    @property
    def end(self) -> float:
        """The last beat that is drawn."""
        return self.stretches[-1][1]

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """(beat, place) at both ends of every stretch; straight lines lie between them."""
        points, place = [], 0.0
        for begin, end in self.stretches:
            points += [(begin, place), (end, place + end - begin)]
            place += end - begin + BREAK_BEATS
        return tuple(points)

    @property
    def breaks(self) -> tuple[tuple[float, float], ...]:
        """(begin, end) in beats of every shortened stretch."""
        ends = [end for _, end in self.stretches[:-1]]
        begins = [begin for begin, _ in self.stretches[1:]]
        return tuple(zip(ends, begins, strict=True))

    def places(self, beats: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where `beats` lie, 0..width; beats after the end lie at the end."""
        known, places = zip(*self.points, strict=True)
        return np.asarray(np.interp(beats, known, places))

    def flat(self) -> list[float]:
        """Return begin and end of every stretch, one after the other."""
        return [beat for stretch in self.stretches for beat in stretch]


def flat_axis(beats: Sequence[float]) -> TimeAxis:
    """Return the axis whose `flat()` is `beats`."""
    return TimeAxis(tuple(zip(beats[::2], beats[1::2], strict=True)))


def whole_axis(last_offset: float) -> TimeAxis:
    """Return an axis without breaks: whole bars, at least 4 of them and at most 64."""
    bars = math.ceil(min(max(last_offset, MIN_BEATS), MAX_BEATS) / BEATS_PER_BAR - 1e-6)
    return TimeAxis(((0.0, float(bars * BEATS_PER_BAR)),))


def time_axis(notes: Notes) -> TimeAxis:
    """Return an axis for `notes` that shortens long rests and very long holds.

    It is 16 to 256 beats wide; notes that begin after its end are not drawn.
    """
    last = float(notes.offset_beats.max(initial=0.0))
    if last <= MIN_BEATS:
        return whole_axis(last)
    stretches, begin = [], 0.0
    for long_begin, long_end in _long_stretches(notes):
        first = max(_bar_after(long_begin), begin + BEATS_PER_BAR)
        resumed = _bar_before(long_end)
        if resumed - first > BREAK_BEATS:
            stretches.append((begin, first))
            begin = resumed
    return _bounded([*stretches, (begin, max(_bar_after(last), begin + BEATS_PER_BAR))])


def _long_stretches(notes: Notes) -> list[tuple[float, float]]:
    """Return (begin, end) of the stretches without onset or offset that are too long to draw."""
    changes = np.unique(np.concatenate([[0.0], notes.onset_beats, notes.offset_beats]))
    begin, end = changes[:-1], changes[1:]
    length = end - begin
    begun = np.searchsorted(np.sort(notes.onset_beats), begin, side="right")
    ended = np.searchsorted(np.sort(notes.offset_beats), begin, side="right")
    held = begun > ended
    music = float(length[held | (length <= LONG_REST_BEATS)].sum())
    longest_rest = max(LONG_REST_BEATS, music * LONG_REST_SHARE)
    longest_hold = max(LONG_HOLD_BEATS, music * LONG_HOLD_SHARE)
    long = length > np.where(held, longest_hold, longest_rest)
    return list(zip(begin[long].tolist(), end[long].tolist(), strict=True))


def _bounded(stretches: list[tuple[float, float]]) -> TimeAxis:
    """Cut an axis at its greatest width, or lengthen its last stretch to the least width."""
    kept, room = [], MAX_BEATS
    for begin, end in stretches:
        if room > 0:
            kept.append((begin, min(end, begin + room)))
        room -= end - begin + BREAK_BEATS
    axis = TimeAxis(tuple(kept))
    begin, end = kept[-1]
    return TimeAxis((*kept[:-1], (begin, end + max(0.0, MIN_BEATS - axis.width))))


def _bar_after(beat: float) -> float:
    return float(math.ceil(beat / BEATS_PER_BAR - 1e-6) * BEATS_PER_BAR)


def _bar_before(beat: float) -> float:
    return float(math.floor(beat / BEATS_PER_BAR + 1e-6) * BEATS_PER_BAR)


def pitch_range(pitch: NDArray[np.uint8]) -> tuple[int, int]:
    """Return the lowest and highest row of a picture, margins included, two octaves at least.

    The few notes that are more than a fifth away from all others lie outside, if that gains room.
    """
    values = pitch.astype(np.int64) if len(pitch) else np.array([60])
    whole = _with_margins(int(values.min()), int(values.max()))
    near = _with_margins(_lowest_near(values), -_lowest_near(-values))
    return near if whole[1] - whole[0] >= LEAST_GAIN * (near[1] - near[0]) else whole


def _with_margins(low: int, high: int) -> tuple[int, int]:
    low, high = low - MARGIN_SEMITONES, high + MARGIN_SEMITONES
    missing = max(0, MIN_SEMITONES - (high - low))
    return low - missing // 2, high + (missing + 1) // 2


def _lowest_near(pitch: NDArray[np.int64]) -> int:
    """Return the lowest pitch once the few far below all others are left out."""
    values, counts = np.unique(pitch, return_counts=True)
    below = np.cumsum(counts)[:-1]
    few, share = MOST_FAR_OF_FEW
    most = max(len(pitch) * MOST_FAR_SHARE, min(few, len(pitch) * share))
    apart = np.flatnonzero((below <= most) & (np.diff(values) > FAR_SEMITONES))
    return int(values[apart[-1] + 1 if len(apart) else 0])
