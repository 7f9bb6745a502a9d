"""The reference reader: pretty_midi, converted to ticks. Slow; it defines the right notes."""

import io
import warnings
from typing import Any

import numpy as np
import pretty_midi

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.header import Header
from nocturne.tasks.music.midi.score import Score, TickNotes, Track, UnreadableError
from nocturne.tasks.music.midi.tempo_map import TempoMap

REASON_OF_MESSAGE = (  # parts of mido's and pretty_midi's messages
    ("data byte must be", Reason.BAD_DATA_BYTE),
    ("running status", Reason.BAD_EVENT),
    ("undefined status byte", Reason.BAD_EVENT),
    ("is likely corrupt", Reason.BAD_TIME),
    ("no MTrk header", Reason.BAD_HEADER),
)


def read(header: Header) -> Score:
    """Parse a scanned file; raises UnreadableError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tempo events outside track 0
            parsed = pretty_midi.PrettyMIDI(io.BytesIO(header.content))
    except EOFError as error:
        raise UnreadableError(Reason.TRUNCATED, "ends inside an event") from error
    except ZeroDivisionError as error:
        raise UnreadableError(Reason.ZERO_TEMPO) from error
    except MemoryError:
        raise
    except Exception as error:
        raise _unreadable(error) from error
    ticks, pace = zip(*parsed._tick_scales, strict=True)
    tempo_map = TempoMap.of_sections(np.array(ticks, np.int64), np.array(pace))
    tracks = [_track(parsed, instrument) for instrument in parsed.instruments]
    return Score(header.ticks_per_quarter, tempo_map, tracks)


def _unreadable(error: Exception) -> UnreadableError:
    detail = str(error).splitlines()[0] if str(error) else type(error).__name__
    for part, reason in REASON_OF_MESSAGE:
        if part in detail:
            return UnreadableError(reason, detail)
    return UnreadableError(Reason.PARSER_FAILED, detail)


def _track(parsed: Any, instrument: Any) -> Track:
    return Track(
        int(instrument.program),
        instrument.is_drum,
        len(instrument.notes),
        lambda: _tick_notes(parsed, instrument),
    )


def _tick_notes(parsed: Any, instrument: Any) -> TickNotes:
    """Return ticks for pretty_midi's seconds, by its own table of the time of every tick."""
    seconds_of_tick = parsed._PrettyMIDI__tick_to_time
    values = np.array([(n.start, n.end, n.pitch, n.velocity) for n in instrument.notes])
    values = values.reshape(-1, 4)
    onset, offset = (np.searchsorted(seconds_of_tick, values[:, i]) for i in (0, 1))
    return TickNotes(onset, offset, values[:, 2].astype(np.int64), values[:, 3].astype(np.int64))
