"""Checks of header and chunk lengths, before a parser gets the bytes.

Standard MIDI Files 1.0: `MThd`, a length of 6 or more, format, tracks, division; then chunks of
a four-byte name and a big-endian length. RIFF RMID wraps such a file in a `data` chunk.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.score import UnreadableError

HEADER = struct.Struct(">4sIHHh")
HEADER_BYTES = 6  # after the length, by the standard; later versions may have more
CHUNK = struct.Struct(">4sI")
RIFF_CHUNK = struct.Struct("<4sI")


@dataclass(frozen=True)
class Header:
    """The format (0 to 2), ticks per quarter, and the bytes from `MThd` to the last track.

    The bytes begin with a header of the standard's length, even if the file has a longer one.
    """

    form: int
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
    if length < HEADER_BYTES or form > 2:
        raise UnreadableError(Reason.BAD_HEADER, f"header length {length}, format {form}")
    if division <= 0:
        detail = "0 ticks per quarter" if division == 0 else "SMPTE time"
        raise UnreadableError(Reason.UNSUPPORTED_DIVISION, detail)
    if length > HEADER_BYTES:
        standard = HEADER.pack(b"MThd", HEADER_BYTES, form, tracks, division)
        content = standard + content[CHUNK.size + length :]
    return Header(form, division, content[: _end_of_tracks(content, tracks)])


def patterns(header: Header) -> list[Header]:
    """Return the independent pieces of a file: the tracks of format 2, or else the file itself.

    Each track of format 2 has its own tempo.
    """
    if header.form != 2:
        return [header]
    start = HEADER.pack(b"MThd", HEADER_BYTES, 0, 1, header.ticks_per_quarter)
    chunks = [header.content[at - CHUNK.size : stop] for at, stop in track_chunks(header.content)]
    return [Header(0, header.ticks_per_quarter, start + chunk) for chunk in chunks] or [header]


def _end_of_tracks(content: bytes, tracks: int) -> int:
    """Return where the last declared track ends; bytes after it are ignored."""
    at, count = HEADER.size, 0
    while count < tracks:
        if at + CHUNK.size > len(content):
            raise UnreadableError(Reason.TRUNCATED, f"holds {count} of {tracks} tracks")
        name, length = CHUNK.unpack_from(content, at)
        at += CHUNK.size + length
        if at > len(content):
            raise UnreadableError(Reason.TRUNCATED, f"{name!r} lacks {at - len(content)} bytes")
        count += name == b"MTrk"
    return at


def track_chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the events of each track of a scanned file begin and end."""
    at = HEADER.size
    while at + CHUNK.size <= len(content):  # a few zeros may follow, as padding
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
