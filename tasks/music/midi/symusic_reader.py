"""The default reader: symusic parses, and numpy computes pretty_midi's ends of notes."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.header import Header
from nocturne.tasks.music.midi.note_ends import are_apart, find_ends, key_of
from nocturne.tasks.music.midi.same_tick_notes import NoteOn, same_tick_notes
from nocturne.tasks.music.midi.score import Score, TickNotes, Track, UnreadableError
from nocturne.tasks.music.midi.tempo_map import TempoMap
from nocturne.tasks.music.midi.track_events import readable

REASON_OF_MESSAGE = (  # the start of symusic 0.6's messages
    ("Get ", Reason.BAD_DATA_BYTE),
    ("MiniMidi: Unexpected running status", Reason.BAD_EVENT),
    ("MiniMidi: Unknown or unsupported status", Reason.BAD_EVENT),
    ("MiniMidi: Unexpected EOF", Reason.TRUNCATED),
    ("MiniMidi: Invalid chunk length", Reason.TRUNCATED),
)


def read(header: Header) -> Score:
    """Parse a scanned file; raises UnreadableError."""
    content = readable(header.content)
    try:
        parsed = symusic.Score.from_midi(content)
    except MemoryError:
        raise
    except Exception as error:
        raise _unreadable(error) from error
    events = parsed.tempos.numpy()
    tempo_map = TempoMap.of_events(
        events["time"].astype(np.int64), events["mspq"], header.ticks_per_quarter
    )
    tracks = [_track(content, track) for track in parsed.tracks]
    return Score(header.ticks_per_quarter, tempo_map, tracks)


def _unreadable(error: Exception) -> UnreadableError:
    detail = str(error).splitlines()[0] if str(error) else type(error).__name__
    for start, reason in REASON_OF_MESSAGE:
        if detail.startswith(start):
            return UnreadableError(reason, detail)
    return UnreadableError(Reason.PARSER_FAILED, detail)


def _track(content: bytes, track: Any) -> Track:
    return Track(
        track.program, track.is_drum, len(track.notes), lambda: _tick_notes(content, track)
    )


def _tick_notes(content: bytes, track: Any) -> TickNotes:
    """Return the notes of one track, without those of no length, as pretty_midi does."""
    columns = track.notes.numpy()
    onset = columns["time"].astype(np.int64)
    paired = onset + columns["duration"]
    pitch = columns["pitch"].astype(np.int64)
    velocity = columns["velocity"].astype(np.int64)
    if onset.min(initial=0) < 0 or (paired < onset).any():
        raise UnreadableError(Reason.BAD_TIME, "ticks overflow 32 bits")
    notes = TickNotes(onset, paired, pitch, velocity)
    if are_apart(onset, paired, pitch):
        return notes
    return _with_ends(content, notes.where(paired > onset), np.sort(key_of(pitch, paired)))


def _with_ends(content: bytes, notes: TickNotes, note_offs: NDArray[np.int64]) -> TickNotes:
    """Return notes with pretty_midi's ends, without the unclear notes that a note-off dropped.

    Dropping notes can make other notes unclear, so this is repeated until none is dropped.
    """
    ends = find_ends(notes.onset, notes.pitch, note_offs)
    if ends.unclear.any():
        pitches = set(notes.pitch[ends.unclear].tolist())
        pairs = notes.pitch << 8 | notes.velocity
        alive = same_tick_notes(content, len(notes.onset), pitches, pairs)
        while not (kept := _kept(notes, ends.unclear, alive.copy())).all():
            notes = notes.where(kept)
            ends = find_ends(notes.onset, notes.pitch, note_offs)
    return replace(notes, offset=ends.offset)


def _kept(
    notes: TickNotes, unclear: NDArray[np.bool_], alive: Counter[NoteOn]
) -> NDArray[np.bool_]:
    """Return which notes are kept, bool [notes]: the clear ones, and those of `alive`."""
    kept = np.ones(len(unclear), bool)
    for row in np.flatnonzero(unclear).tolist():
        on = (int(notes.onset[row]), int(notes.pitch[row]), int(notes.velocity[row]))
        kept[row] = alive[on] > 0
        alive[on] -= 1
    return kept
