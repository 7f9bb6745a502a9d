"""A cheap look at header and chunks, before any parser is trusted with the bytes.

Standard MIDI Files 1.0: `MThd`, length 6, format, tracks, division; then chunks of a
four-byte name and a big-endian length. RIFF RMID wraps such a file in a `data` chunk.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.reasons import Reason
from tasks.music.score import UnreadableError

HEADER = struct.Struct(">4sIHHh")
CHUNK = struct.Struct(">4sI")
RIFF_CHUNK = struct.Struct("<4sI")


@dataclass(frozen=True)
class Header:
    """The division in ticks per quarter and the bytes from `MThd` to the last track."""

    ticks_per_quarter: int
    content: bytes


def scan(content: bytes) -> Header:
    """Check header and chunk lengths; raises UnreadableError with the reason."""
    content = _unwrapped(content)
    if not content.startswith(b"MThd"):
        raise UnreadableError(Reason.NOT_MIDI, f"starts with {content[:8]!r}")
    if len(content) < HEADER.size:
        raise UnreadableError(Reason.TRUNCATED, "ends inside the header")
    _, length, form, tracks, division = HEADER.unpack_from(content)
    if length != 6 or form > 2:
        raise UnreadableError(Reason.BAD_HEADER, f"header length {length}, format {form}")
    if division <= 0:
        what = "0 ticks per quarter" if division == 0 else "SMPTE time"
        raise UnreadableError(Reason.UNSUPPORTED_DIVISION, what)
    return Header(division, content[: _end_of_tracks(content, tracks)])


def _end_of_tracks(content: bytes, tracks: int) -> int:
    """Return where the last declared track ends; what follows is not music."""
    at, found = HEADER.size, 0
    while found < tracks:
        if at + CHUNK.size > len(content):
            raise UnreadableError(Reason.TRUNCATED, f"holds {found} of {tracks} tracks")
        name, length = CHUNK.unpack_from(content, at)
        at += CHUNK.size + length
        if at > len(content):
            raise UnreadableError(Reason.TRUNCATED, f"{name!r} lacks {at - len(content)} bytes")
        found += name == b"MTrk"
    return at


def track_chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the events of each track of a scanned file begin and end."""
    at = HEADER.size
    while at < len(content):
        name, length = CHUNK.unpack_from(content, at)
        at += CHUNK.size + length
        if name == b"MTrk":
            yield at - length, at


def _unwrapped(content: bytes) -> bytes:
    """Return the MIDI file inside a RIFF RMID file; any other content as it is."""
    if not (content.startswith(b"RIFF") and content[8:12] == b"RMID"):
        return content
    at = 12
    while at + RIFF_CHUNK.size <= len(content):
        name, length = RIFF_CHUNK.unpack_from(content, at)
        at += RIFF_CHUNK.size
        if name == b"data":
            return content[at : at + length]
        at += length + length % 2
    raise UnreadableError(Reason.TRUNCATED, "RIFF RMID without a data chunk")
