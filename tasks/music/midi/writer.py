"""Write notes as MIDI bytes, with pretty_midi: the same notes give the same bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pretty_midi
from numpy.typing import NDArray

from nocturne.schemas.sequences import TICKS_PER_QUARTER
from nocturne.tasks.music.midi.signatures import key_signature, time_signature
from nocturne.tasks.music.notes import Notes

MICROSECONDS_PER_MINUTE = 60_000_000


@dataclass(frozen=True)
class Heading:
    """What a MIDI file says before its first note, beside tempo and program.

    `metre` as "3/4" and `key` as "D minor" become signatures, no metre is 4/4; `texts` are text
    events.
    """

    metre: str | None = None
    key: str | None = None
    texts: Sequence[str] = ()


@dataclass(frozen=True)
class TickNotes:
    """Notes in the ticks of a MIDI file, sorted by (onset, pitch); int64 [notes] each.

    A tick is 1/480 quarter. No two notes of one pitch overlap: a note-off ends every note of its
    pitch, so overlapping notes could not be read back.
    """

    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]


def to_ticks(notes: Notes) -> TickNotes:
    """Round beats to ticks; where notes of one pitch overlap, end the earlier at the later's onset.

    Of notes with the same pitch and onset tick, keep the longest, of equally long ones the
    loudest. Every note lasts at least one tick.
    """
    onset = np.rint(notes.onset_beats * TICKS_PER_QUARTER).astype(np.int64)
    offset = np.rint(notes.offset_beats * TICKS_PER_QUARTER).astype(np.int64)
    offset = np.maximum(offset, onset + 1)
    pitch, velocity = notes.pitch.astype(np.int64), notes.velocity.astype(np.int64)
    order = np.lexsort((-velocity, -offset, onset, pitch))
    onset, offset, pitch, velocity = (a[order] for a in (onset, offset, pitch, velocity))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(onset) != 0) | (np.diff(pitch) != 0)
    onset, offset, pitch, velocity = (a[first] for a in (onset, offset, pitch, velocity))
    if len(onset) > 1:
        same_pitch = pitch[1:] == pitch[:-1]
        offset[:-1] = np.where(same_pitch, np.minimum(offset[:-1], onset[1:]), offset[:-1])
    order = np.lexsort((pitch, onset))
    return TickNotes(*(a[order] for a in (onset, offset, pitch, velocity)))


def microseconds_per_quarter(tempo: float) -> int:
    """Return a tempo in beats a minute as the whole number that a MIDI file stores."""
    return round(MICROSECONDS_PER_MINUTE / tempo)


def to_pretty_midi(
    notes: Notes, *, tempo: float, program: int, name: str, heading: Heading = Heading()
) -> pretty_midi.PrettyMIDI:
    """Return `notes` as one pretty_midi instrument; tempo in beats (quarters) a minute.

    Characters of texts outside Latin-1, which MIDI text cannot hold, become question marks.
    """
    # pretty_midi rounds microseconds per quarter down when writing: half of one is added.
    initial_tempo = MICROSECONDS_PER_MINUTE / (microseconds_per_quarter(tempo) + 0.5)
    midi = pretty_midi.PrettyMIDI(resolution=TICKS_PER_QUARTER, initial_tempo=initial_tempo)
    midi.time_signature_changes.append(time_signature(heading.metre or "4/4"))
    if heading.key:
        midi.key_signature_changes.append(key_signature(heading.key))
    midi.text_events += [pretty_midi.Text(_latin(text), 0.0) for text in heading.texts]
    instrument = pretty_midi.Instrument(program=program, name=_latin(name))
    seconds_per_tick = 60.0 / (initial_tempo * TICKS_PER_QUARTER)
    ticks = to_ticks(notes)
    columns = (ticks.onset, ticks.offset, ticks.pitch, ticks.velocity)
    instrument.notes = [
        pretty_midi.Note(velocity, pitch, onset * seconds_per_tick, offset * seconds_per_tick)
        for onset, offset, pitch, velocity in zip(*(c.tolist() for c in columns), strict=True)
    ]
    midi.instruments.append(instrument)
    return midi


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def to_midi(
    notes: Notes, *, tempo: float, program: int, name: str, heading: Heading = Heading()
) -> bytes:
    """Return a MIDI file (format 1, 480 ticks per quarter) of `notes`.

    The first track has tempo, signatures and texts, the second is called `name` and has the notes.
    `program` is 0-127. Onsets and offsets are exact to the
    tick; the tempo is exact to the microsecond per quarter.
    """
    stream = io.BytesIO()
    to_pretty_midi(notes, tempo=tempo, program=program, name=name, heading=heading).write(stream)
    return stream.getvalue()
