"""Copies of a MIDI file with other velocities, so that a collection can be made larger."""

from nocturne.tasks.music.midi.header import scan, track_chunks
from nocturne.tasks.music.midi.score import UnreadableError


def altered(content: bytes, copy: int) -> bytes:
    """Return copy number `copy` of a file; 0 is the file itself, and no two are the same.

    The velocity of each note-on that carries its status byte is changed by an amount that depends
    on `copy`; everything else stays as it is.
    """
    if not copy:
        return content
    try:
        whole = scan(content).content
        chunks = list(track_chunks(whole))
    except UnreadableError:
        return content + bytes(str(copy), "ascii")
    changed = bytearray(whole)
    for start, stop in chunks:
        _alter(changed, start, stop, copy)
    return bytes(changed)


def _alter(content: bytearray, start: int, stop: int, copy: int) -> None:
    """Change the velocity of note-ons that carry their status byte."""
    for channel in range(16):
        at = content.find(bytes([0x90 | channel]), start, stop)
        while 0 <= at < stop - 2:
            velocity = content[at + 2]
            if 1 <= velocity <= 127 and content[at + 1] < 128 and content[at - 1] < 128:
                content[at + 2] = 1 + (velocity - 1 + copy * 7) % 127  # differs for 127 copies
            at = content.find(bytes([0x90 | channel]), at + 3, stop)
