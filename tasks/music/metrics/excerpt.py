"""Category ids as the metrics see them: ticks, pitches and steps, for either scheme."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.sequences import TICKS_PER_QUARTER, SplitIds, Vocabulary
from nocturne.tasks.music.categories import decode

Ints = NDArray[np.int64]

MOST_HELD_OUT = 1000  # pieces of held-out music to compare with

_TEMPO = 120.0  # any tempo would do: the metrics are in beats
_INTERVAL_RANGE = 256  # pitch intervals -127..127, moved above 0


@dataclass(frozen=True)
class Excerpt:
    """Notes in order of onset; int64 [notes], ticks of 1/480 quarter from the first onset."""

    pitch: Ints
    onset: Ints
    offset: Ints

    def __len__(self) -> int:
        """Return the number of notes."""
        return len(self.pitch)

    @property
    def duration(self) -> Ints:
        """Ticks that each note sounds."""
        return self.offset - self.onset

    @property
    def interval(self) -> Ints:
        """Semitones from each note to the next, [notes - 1]."""
        return np.diff(self.pitch)

    @property
    def inter_onset_interval(self) -> Ints:
        """Ticks from each onset to the next, [notes - 1]."""
        return np.diff(self.onset)

    @property
    def steps(self) -> Ints:
        """One number for each pair of pitch interval and inter-onset interval, [notes - 1].

        Transposing or moving the music in time leaves the steps as they are.
        """
        return self.inter_onset_interval * _INTERVAL_RANGE + self.interval + _INTERVAL_RANGE // 2


def excerpt_of(vocabulary: Vocabulary, ids: NDArray[np.int16]) -> Excerpt:
    """Return what `ids` int16 [notes, attributes] decode to.

    `song-max` has no onsets, so its notes follow one another: its inter-onset intervals are
    levels of duration and its pitches levels of the median song. ModelError if `ids` do not
    fit the vocabulary.
    """
    notes = decode(vocabulary, ids, _TEMPO)
    durations = np.rint((notes.offset_beats - notes.onset_beats) * TICKS_PER_QUARTER)
    # Differences are rounded, not onsets: equal intervals then stay equal wherever they are.
    gaps = np.rint(np.diff(notes.onset_beats) * TICKS_PER_QUARTER)
    onset = np.concatenate(([0.0], np.cumsum(gaps)))[: len(ids)].astype(np.int64)
    return Excerpt(notes.pitch.astype(np.int64), onset, onset + durations.astype(np.int64))


def songs_of(split: SplitIds) -> list[NDArray[np.int16]]:
    """Return the ids of each song."""
    return [
        split.ids[begin:end]
        for begin, end in zip(split.song_offsets[:-1], split.song_offsets[1:], strict=True)
    ]


def cut(songs: list[NDArray[np.int16]], notes: int) -> list[NDArray[np.int16]]:
    """Cut songs into pieces of `notes` notes, so that they compare with samples of that length.

    A rest shorter than half a piece is dropped, except where it is the whole song.
    """
    pieces = []
    for song in songs:
        for begin in range(0, len(song), notes):
            piece = song[begin : begin + notes]
            if begin == 0 or 2 * len(piece) >= notes:
                pieces.append(piece)
    return pieces


def spread(pieces: list[NDArray[np.int16]], most: int) -> list[NDArray[np.int16]]:
    """Return at most `most` pieces, evenly spaced."""
    if len(pieces) <= most:
        return pieces
    return [pieces[i] for i in np.linspace(0, len(pieces) - 1, most).astype(int)]


def held_out_pieces(held_out: SplitIds, notes: int) -> list[NDArray[np.int16]]:
    """Return the pieces of held-out songs that samples of `notes` notes are compared with."""
    songs = [song for song in songs_of(held_out) if len(song)]
    return spread(cut(songs, notes), MOST_HELD_OUT)
