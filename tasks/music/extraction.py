"""MIDI bytes to the notes of one instrument, or the reason why not. Never raises for bad input."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas.reasons import Reason
from tasks.music.instrument import main_instrument
from tasks.music.midi_header import Header, scan
from tasks.music.notes import Notes
from tasks.music.score import Score, TickNotes, UnreadableError

EXTRACTOR_VERSION = 2  # raise it when the same bytes give another result: shards are then redone


@dataclass(frozen=True)
class Limits:
    """Bounds on one song: notes of all instruments together, and seconds."""

    max_notes: int = 200_000
    max_song_seconds: float = 3 * 3600.0


@dataclass(frozen=True)
class Extracted:
    """The kept instrument. `tempo` is the song's first, in quarters a minute.

    `digest` is of the notes alone: equal for two files that give the same notes.
    """

    notes: Notes
    program: int
    tempo: float
    ticks_per_quarter: int
    digest: str


@dataclass(frozen=True)
class Rejected:
    """Why a file gives no notes."""

    reason: Reason
    detail: str = ""


Extraction = Extracted | Rejected


def extract(content: bytes, reader: str = "symusic", limits: Limits | None = None) -> Extraction:
    """Return the notes of the main instrument of a MIDI file's bytes, or why there are none."""
    try:
        return _extracted(_reader(reader)(scan(content)), limits or Limits())
    except UnreadableError as error:
        return Rejected(error.reason, error.detail[:200])
    except ZeroDivisionError as error:
        return Rejected(Reason.ZERO_TEMPO, str(error))
    except MemoryError:
        return Rejected(Reason.PARSER_OUT_OF_MEMORY)


def _reader(name: str) -> Callable[[Header], Score]:
    """Import only the parser that is used: pretty_midi takes half a second."""
    module: Any
    if name == "pretty_midi":
        from tasks.music import pretty_midi_reader as module
    else:
        from tasks.music import symusic_reader as module
    return module.read  # type: ignore[no-any-return]


def _extracted(score: Score, limits: Limits) -> Extracted:
    count = sum(track.count for track in score.tracks)
    if count > limits.max_notes:
        raise UnreadableError(Reason.TOO_MANY_NOTES, f"{count} notes")
    track = main_instrument(score.tracks)
    notes = _timed(track.load(), score)
    if not len(notes):
        raise UnreadableError(Reason.NO_NOTES, "no note has a length")
    seconds = float(notes.offset_seconds.max())
    if not seconds <= limits.max_song_seconds:
        raise UnreadableError(Reason.TOO_LONG, f"{seconds:.0f} seconds")
    tempo = score.tempo_map.initial_tempo(score.ticks_per_quarter)
    return Extracted(notes, track.program, tempo, score.ticks_per_quarter, digest_of(notes))


def digest_of(notes: Notes) -> str:
    """Return a digest of every column of the notes."""
    digest = hashlib.blake2b(digest_size=16)
    for column in notes.columns():
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()


def _timed(ticks: TickNotes, score: Score) -> Notes:
    """Sort by (onset, pitch, offset, velocity), so that no reader's order shows, and time."""
    key = (ticks.onset << 7) | ticks.pitch
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():  # unisons are rare, and four keys cost twice as much
        order = np.lexsort((ticks.velocity, ticks.offset, key))
    onset, offset = ticks.onset[order], ticks.offset[order]
    return Notes(
        onset_seconds=score.tempo_map.seconds(onset),
        offset_seconds=score.tempo_map.seconds(offset),
        onset_beats=onset / score.ticks_per_quarter,
        offset_beats=offset / score.ticks_per_quarter,
        pitch=ticks.pitch[order].astype(np.uint8),
        velocity=ticks.velocity[order].astype(np.uint8),
    )
