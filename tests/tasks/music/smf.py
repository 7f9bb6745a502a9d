"""Standard MIDI Files written byte by byte, so that tests can break any of them."""

import struct
from collections.abc import Sequence

Event = tuple[int, bytes | list[int]]  # delta in ticks, message
TEMPO_100 = [0xFF, 0x51, 3, 0x09, 0x27, 0xC0]  # 600,000 microseconds per quarter


def variable_length(value: int) -> bytes:
    """Return a variable-length quantity."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.insert(0, value & 0x7F | 0x80)
    return bytes(digits)


def track(events: Sequence[Event]) -> bytes:
    """Return one MTrk chunk with an end-of-track event."""
    body = b"".join(variable_length(delta) + bytes(message) for delta, message in events)
    body += b"\x00\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(body)) + body


def smf(*tracks: Sequence[Event], division: int = 480, form: int = 1) -> bytes:
    """Return a whole file."""
    header = struct.pack(">IHHH", 6, form, len(tracks), division)
    return b"MThd" + header + b"".join(track(events) for events in tracks)


def on(pitch: int, velocity: int = 64, channel: int = 0) -> list[int]:
    """Return a note-on."""
    return [0x90 | channel, pitch, velocity]


def off(pitch: int, channel: int = 0) -> list[int]:
    """Return a note-off."""
    return [0x80 | channel, pitch, 0]


def tune(pitches: Sequence[int] = (60, 62, 64), channel: int = 0) -> list[Event]:
    """Return quarter notes one after another."""
    notes = [((0, on(p, channel=channel)), (480, off(p, channel=channel))) for p in pitches]
    return [event for note in notes for event in note]
