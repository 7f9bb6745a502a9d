"""Finds tracks that symusic would misread, and rewrites them so that it reads them correctly.

symusic 0.6 trusts the type of a meta event, even if its data are too short, and reads beyond them;
it does not know the length of F7 events; it repeats a SysEx event where running status follows one;
it reads at most 4 bytes of a delta time, and adds ticks up in 32 bits.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.header import HEADER, track_chunks
from nocturne.tasks.music.midi.score import UnreadableError

SYSEX, ESCAPE, META = 0xF0, 0xF7, 0xFF
END_OF_TRACK, TEMPO, TEMPO_BYTES = 0x2F, 0x51, 3
DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0, **dict.fromkeys(range(0xF8, 0xFF), 0)}
LAST_TICK = 2**31 - 1
LONGEST_DELTA = 2**28 - 1  # of 4 bytes, the most that the standard allows
PADDING = bytes(16)  # symusic can read so far behind a track that ends inside an event

# Channel messages, each with a delta of at most 3 bytes; running status within one status alone.
CHANNEL_MESSAGES = re.compile(
    rb"(?:[\x80-\xff]{0,2}+[\x00-\x7f]"
    rb"(?:[\x80-\xbf\xe0-\xef][\x00-\x7f]{2}(?:[\x80-\xff]{0,2}+[\x00-\x7f]{3})*+"
    rb"|[\xc0-\xdf][\x00-\x7f](?:[\x80-\xff]{0,2}+[\x00-\x7f]{2})*+))*+"
)
# A meta or SysEx event up to its data. symusic looks into tempo, time and key signature.
SYSTEM_EVENT = re.compile(
    rb"[\x80-\xff]{0,2}+[\x00-\x7f](?:\xf0|\xff(?:(?P<end>\x2f)|(?=\x51\x03|\x58\x04|\x59\x02)."
    rb"|(?![\x51\x58\x59])[\x00-\x7f]))(?P<length>[\x80-\xff]{0,3}+[\x00-\x7f])",
    re.DOTALL,
)


class Event(NamedTuple):
    """One event: its tick, its status byte, and its data; a meta event's type comes first."""

    tick: int
    status: int
    data: bytes


def readable(content: bytes) -> bytes:
    """Return a scanned file in a form from which symusic reads the right notes.

    Raises UnreadableError for a track that must be rewritten and is not valid MIDI.
    """
    tracks = list(track_chunks(content))
    if not all(_is_plain(content, *track) for track in tracks):
        chunks = [_rewritten(content[start:stop]) for start, stop in tracks]
        content = content[: HEADER.size] + b"".join(chunks)
    return content + PADDING


def _is_plain(content: bytes, at: int, stop: int) -> bool:
    """Whether a track, content[at:stop], consists of whole events that symusic reads correctly."""
    if _most_ticks(content[at:stop]) > LAST_TICK:
        return False
    while True:
        if (messages := CHANNEL_MESSAGES.match(content, at, stop)) is None:
            return False
        if (at := messages.end()) >= stop:
            return at == stop
        if (event := SYSTEM_EVENT.match(content, at, stop)) is None:
            return False
        if event["end"]:
            return True
        at = event.end() + _number(event["length"], 0)[0]


def _most_ticks(chunk: bytes) -> int:
    """Return an upper limit of a track's ticks, as if every byte were part of a delta time."""
    high = np.frombuffer(chunk, np.uint8) >= 0x80
    pairs, highs = int(np.count_nonzero(high[1:] & high[:-1])), int(np.count_nonzero(high))
    return (pairs << 21) + (highs << 14) + (len(chunk) << 7)


def _rewritten(chunk: bytes) -> bytes:
    """Return a track chunk of the channel messages and tempos alone, each with its status."""
    body, before = bytearray(), 0
    for event in events(chunk):
        if event.status < SYSEX or _is_tempo(event):
            body += _delta(event.tick - before)
            body.append(event.status)
            is_message = event.status < SYSEX
            body += event.data if is_message else bytes((TEMPO, TEMPO_BYTES)) + event.data[1:]
            before = event.tick
    body += bytes((0, META, END_OF_TRACK, 0))
    return b"MTrk" + struct.pack(">I", len(body)) + body


def _is_tempo(event: Event) -> bool:
    """Whether the event is a tempo event of the right length."""
    is_tempo = event.status == META and event.data[0] == TEMPO
    return is_tempo and len(event.data) == 1 + TEMPO_BYTES


def _delta(ticks: int) -> bytes:
    """Return a delta time as bytes; a longer one than 4 bytes is split by empty text events."""
    pauses, rest = divmod(ticks, LONGEST_DELTA)
    digits = [rest & 0x7F]
    while rest := rest >> 7:
        digits.insert(0, rest & 0x7F | 0x80)
    return (b"\xff\xff\xff\x7f" + bytes((META, 1, 0))) * pauses + bytes(digits)


def events(chunk: bytes) -> Iterator[Event]:
    """Yield the events of a track up to end-of-track; UnreadableError for an invalid event.

    Running status continues after meta and system events. The standard ends it there, but files
    rely on it, and other readers accept them.
    """
    at = tick = running = 0
    try:
        while at < len(chunk):
            delta, at = _number(chunk, at)
            tick += delta
            if tick > LAST_TICK:
                raise UnreadableError(Reason.BAD_TIME, "ticks overflow 32 bits")
            status = chunk[at]
            if status & 0x80:
                at += 1
            else:
                status = running
            begin, stop = _data(chunk, at, status)
            if stop > len(chunk):
                raise IndexError
            kind = chunk[at : at + 1] if status == META else b""
            if kind == bytes((END_OF_TRACK,)):
                return
            yield Event(tick, status, kind + chunk[begin:stop])
            at, running = stop, status if status < SYSEX else running
    except IndexError as error:
        raise UnreadableError(Reason.TRUNCATED, "ends inside an event") from error


def _data(chunk: bytes, at: int, status: int) -> tuple[int, int]:
    """Return where an event's data begins and ends; `at` is after its status byte."""
    if status < 0x80:
        raise UnreadableError(Reason.BAD_EVENT, "running status without a status")
    if status < SYSEX:
        return at, at + DATA_BYTES[status & 0xF0]
    if status in SYSTEM_BYTES:
        return at, at + SYSTEM_BYTES[status]
    if status not in (SYSEX, ESCAPE, META):
        raise UnreadableError(Reason.BAD_EVENT, f"unknown status {status:#x}")
    length, begin = _number(chunk, at + (status == META))
    return begin, begin + length


def _number(chunk: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length quantity and where it ends; IndexError at the end of `chunk`."""
    value = 0
    while (byte := chunk[at]) & 0x80:
        value, at = value << 7 | byte & 0x7F, at + 1
        if value > 1 << 56:
            raise UnreadableError(Reason.BAD_TIME, "a number without an end")
    return value << 7 | byte, at + 1
