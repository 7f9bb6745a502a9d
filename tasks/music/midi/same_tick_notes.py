"""The notes that are not dropped on the tick they begin on, read from the bytes of a track.

When note-ons and note-offs of one pitch fall on one tick, pretty_midi's notes depend on their
order, which a parser that pairs first-in first-out does not keep. Few songs have such a tick, so
only those are read event by event, and of them only the tracks that are long enough.
"""

from collections import Counter
from collections.abc import Container, Iterator

import numpy as np
from numpy.typing import NDArray

from nocturne.tasks.music.midi.header import track_chunks

BYTES_PER_NOTE = 6  # at least: delta, pitch and velocity of the note-on and of the note-off
END_OF_TRACK = 0x2F
LONGEST_EVENT_BYTES = 8  # of events that are not system events: read without checking the end
NoteOn = tuple[int, int, int]  # tick, pitch, velocity


def same_tick_notes(
    content: bytes, notes: int, pitches: Container[int], pairs: NDArray[np.int64]
) -> Counter[NoteOn]:
    """Return the note-ons of these pitches that become notes, with their counts.

    The track is found by its notes: tracks too short for `notes` notes are passed over, as are
    those that lack one of `pairs`, each pitch * 256 + velocity of a note.
    """
    alive: Counter[NoteOn] = Counter()
    for start, stop in track_chunks(content):
        long = stop - start >= notes * BYTES_PER_NOTE
        if long and _byte_pairs(content[start:stop])[pairs].all():
            alive.update(_notes_of_track(content, start, stop, pitches))
    return alive


def _byte_pairs(chunk: bytes) -> NDArray[np.bool_]:
    """Return which pairs of adjacent bytes occur, bool [65536] at first * 256 + second."""
    values = np.frombuffer(chunk, np.uint8).astype(np.int64)
    occurs = np.zeros(1 << 16, bool)
    occurs[values[:-1] << 8 | values[1:]] = True
    return occurs


def _notes_of_track(content: bytes, start: int, stop: int, pitches: Container[int]) -> list[NoteOn]:
    """Return the note-ons that become notes by pretty_midi's rule.

    A note-off ends all notes of earlier ticks; if there are none, it drops those of its own tick.
    """
    sounding: dict[int, list[NoteOn]] = {}  # by channel and pitch
    alive: list[NoteOn] = []
    for tick, status, pitch, velocity in _note_events(content[start:stop], pitches):
        ons = sounding.setdefault((status & 0x0F) << 7 | pitch, [])
        if status >= 0x90 and velocity:
            ons.append((tick, pitch, velocity))
        elif ons:
            begun_now = [on for on in ons if on[0] == tick] if ons[-1][0] == tick else []
            earlier = ons[: len(ons) - len(begun_now)]
            alive += earlier
            ons[:] = begun_now if earlier else []
    return alive


def _note_events(chunk: bytes, pitches: Container[int]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (tick, status, pitch, velocity) of a track that a parser has already accepted.

    It stops at the end-of-track event, as the parser does. `events` of track_events yields the same
    events and more, but doubles the time of extraction for piano music.
    """
    content, at, stop = chunk + bytes(LONGEST_EVENT_BYTES), 0, len(chunk)
    tick = running = 0
    while at < stop:
        byte = content[at]
        at += 1
        delta = byte & 0x7F
        while byte & 0x80:
            byte = content[at]
            at += 1
            delta = delta << 7 | byte & 0x7F
        tick += delta
        status = content[at]
        if status & 0x80:
            at += 1
        else:
            status = running
        running = status if status < 0xF0 else running
        kind = status & 0xF0
        if kind in (0x80, 0x90):
            if content[at] in pitches:
                yield tick, status, content[at], content[at + 1]
            at += 2
        elif kind in (0xC0, 0xD0):
            at += 1
        elif kind != 0xF0:
            at += 2
        elif status == 0xFF and content[at] == END_OF_TRACK:
            return
        else:
            at = _after_system_event(content, at, status)


def _after_system_event(content: bytes, at: int, status: int) -> int:
    """Return where the next event begins; `at` is after the status byte."""
    if status == 0xFF:
        at += 1  # the type of the meta event
    elif status not in (0xF0, 0xF7):
        return at + {0xF1: 1, 0xF2: 2, 0xF3: 1}.get(status, 0)
    length = 0
    while True:
        byte = content[at]
        at += 1
        length = length << 7 | byte & 0x7F
        if byte < 0x80:
            return at + length
