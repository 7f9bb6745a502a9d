"""The default reader: symusic parses, numpy gives the notes pretty_midi's ends."""

from typing import Any

import numpy as np
import symusic

from schemas.reasons import Reason
from tasks.music.midi_header import Header
from tasks.music.note_ends import first_offset_after
from tasks.music.score import Score, TickNotes, Track, UnreadableError
from tasks.music.tempo import TempoMap

REASON_OF_MESSAGE = (  # the start of symusic 0.6's own words
    ("Get ", Reason.BAD_DATA_BYTE),
    ("MiniMidi: Unexpected running status", Reason.BAD_EVENT),
    ("MiniMidi: Unknown or unsupported status", Reason.BAD_EVENT),
    ("MiniMidi: Unexpected EOF", Reason.TRUNCATED),
    ("MiniMidi: Invalid chunk length", Reason.TRUNCATED),
)


def read(header: Header) -> Score:
    """Parse a scanned file; raises UnreadableError."""
    try:
        parsed = symusic.Score.from_midi(header.content)
    except MemoryError:
        raise
    except Exception as error:
        raise _explained(error) from error
    events = parsed.tempos.numpy()
    tempo_map = TempoMap.of_events(
        events["time"].astype(np.int64), events["mspq"], header.ticks_per_quarter
    )
    return Score(header.ticks_per_quarter, tempo_map, [_track(track) for track in parsed.tracks])


def _explained(error: Exception) -> UnreadableError:
    detail = str(error).splitlines()[0] if str(error) else type(error).__name__
    for start, reason in REASON_OF_MESSAGE:
        if detail.startswith(start):
            return UnreadableError(reason, detail)
    return UnreadableError(Reason.PARSER_FAILED, detail)


def _track(track: Any) -> Track:
    return Track(track.program, track.is_drum, len(track.notes), lambda: _tick_notes(track))


def _tick_notes(track: Any) -> TickNotes:
    """Load one track; notes without a length are left out, as pretty_midi does."""
    columns = track.notes.numpy()
    onset = columns["time"].astype(np.int64)
    offset = onset + columns["duration"]
    pitch = columns["pitch"].astype(np.int64)
    velocity = columns["velocity"].astype(np.int64)
    if onset.min(initial=0) < 0 or (offset < onset).any():
        raise UnreadableError(Reason.BAD_TIME, "ticks overflow 32 bits")
    sounding = offset > onset
    if not sounding.all():
        onset, offset, pitch, velocity = (
            column[sounding] for column in (onset, offset, pitch, velocity)
        )
    if len(onset):
        offset = first_offset_after(onset, offset, pitch)
    return TickNotes(onset, offset, pitch, velocity)
