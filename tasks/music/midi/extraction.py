"""MIDI bytes to the notes of one instrument, or the reason why not; bad input is no exception."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.header import Header, patterns, scan
from nocturne.tasks.music.midi.instrument import main_instrument
from nocturne.tasks.music.midi.score import Score, TickNotes, Track, UnreadableError
from nocturne.tasks.music.midi.tempo_map import PLAUSIBLE_BPM
from nocturne.tasks.music.notes import Notes

EXTRACTOR_VERSION = 4  # raise it when the same bytes give another result: all is extracted again


@dataclass(frozen=True)
class Limits:
    """Limits of one song: notes of all instruments together, and seconds."""

    max_notes: int = 200_000
    max_song_seconds: float = 3 * 3600.0


@dataclass(frozen=True)
class Extracted:
    """The notes of the main instrument. `tempo` is the song's first, in quarters a minute.

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
Instrument = Callable[[Sequence[Track]], tuple[Track, TickNotes]]  # or raises UnreadableError


def extract(
    content: bytes,
    reader: str = "symusic",
    limits: Limits | None = None,
    instrument: Instrument = main_instrument,
) -> Extraction:
    """Return the notes of one instrument of a MIDI file's bytes, or why there are none."""
    try:
        read = _reader(reader)
        scores = [read(pattern) for pattern in patterns(scan(content))]
        return _fullest(scores, limits or Limits(), instrument)
    except UnreadableError as error:
        return Rejected(error.reason, error.detail[:200])
    except ZeroDivisionError as error:
        return Rejected(Reason.ZERO_TEMPO, str(error))
    except MemoryError:
        return Rejected(Reason.PARSER_OUT_OF_MEMORY)


def _reader(name: str) -> Callable[[Header], Score]:
    """Return the reader `name`; only its parser is imported, as pretty_midi takes half a second."""
    module: Any
    if name == "pretty_midi":
        from nocturne.tasks.music.midi import pretty_midi_reader as module
    else:
        from nocturne.tasks.music.midi import symusic_reader as module
    return module.read  # type: ignore[no-any-return]


def _fullest(scores: Sequence[Score], limits: Limits, instrument: Instrument) -> Extracted:
    """Return the notes of the score whose instrument has most; the first of equals."""
    count = sum(track.count for score in scores for track in score.tracks)
    if count > limits.max_notes:
        raise UnreadableError(Reason.TOO_MANY_NOTES, f"{count} notes")
    chosen: list[tuple[Score, Track, TickNotes]] = []
    for score in scores:
        try:
            chosen.append((score, *instrument(score.tracks)))
        except UnreadableError as error:
            silence = error
    if not chosen:
        raise silence
    return _extracted(*max(chosen, key=lambda choice: len(choice[2])), limits)


def _extracted(score: Score, track: Track, ticks: TickNotes, limits: Limits) -> Extracted:
    tempo_map, per_quarter = score.tempo_map, score.ticks_per_quarter
    implausible = tempo_map.implausible(ticks.onset, ticks.offset, per_quarter)
    if implausible is not None:
        reason = Reason.IMPLAUSIBLE_TEMPO if implausible < math.inf else Reason.ZERO_TEMPO
        raise UnreadableError(reason, f"{implausible:g} quarters a minute while notes sound")
    notes = _sorted_and_timed(ticks, score)
    seconds = float(notes.offset_seconds.max())
    if not seconds <= limits.max_song_seconds:
        raise UnreadableError(Reason.TOO_LONG, f"{seconds:.0f} seconds")
    tempo = tempo_map.tempo_at(0, per_quarter)
    if not PLAUSIBLE_BPM[0] <= tempo <= PLAUSIBLE_BPM[1]:  # before any note sounds
        tempo = tempo_map.tempo_at(int(ticks.onset.min()), per_quarter)
    return Extracted(notes, track.program, tempo, per_quarter, digest_of(notes))


def digest_of(notes: Notes) -> str:
    """Return a digest of every column of the notes."""
    digest = hashlib.blake2b(digest_size=16)
    for column in notes.columns():
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()


def _sorted_and_timed(ticks: TickNotes, score: Score) -> Notes:
    """Return the notes with seconds and beats, sorted by (onset, pitch, offset, velocity)."""
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
