"""MIDI files as bug reports of readers describe them, built byte by byte."""

import gzip
import struct

from nocturne.schemas.reasons import Reason
from tests.field.rows import MidiRow, Notes
from tests.tasks.music.smf import TEMPO_100, Event, off, on, smf, tune, variable_length

THREE = Notes([(0, 480, 60), (480, 960, 62), (960, 1440, 64)])
ONE = Notes([(0, 480, 60)])
TUNE = smf(tune())
END = b"\x00\xff\x2f\x00"
HALF_ON, HALF_OFF = b"\x00\x90\x3c\x40", b"\x83\x60\x3c\x00"  # note-on; its end by running status


def chunk(body: bytes, length: int | None = None, name: bytes = b"MTrk") -> bytes:
    """Return a chunk that says it has `length` bytes."""
    return name + struct.pack(">I", len(body) if length is None else length) + body


def header(tracks: int = 1, form: int = 1, division: int = 480, more: bytes = b"") -> bytes:
    """Return a header chunk, longer by `more`."""
    return chunk(struct.pack(">HHH", form, tracks, division) + more, name=b"MThd")


def body(events: bytes) -> bytes:
    """Return a file of one track of these bytes and an end-of-track event."""
    return header() + chunk(events + END)


def before(message: bytes | list[int]) -> bytes:
    """Return three quarter notes after this message."""
    return smf([(0, message), *tune()])


def meta(kind: int, data: bytes) -> bytes:
    """Return a meta event."""
    return bytes((0xFF, kind)) + variable_length(len(data)) + data


TRACK = TUNE[14:]  # the chunk of TUNE
EVENTS = TRACK[8:-4]

RUNNING_STATUS = [
    MidiRow("running status over text", body(HALF_ON + b"\0\xff\x01\x01A" + HALF_OFF), ONE),
    MidiRow("running status over SysEx", body(HALF_ON + b"\0\xf0\x02\x01\xf7" + HALF_OFF), ONE),
    MidiRow("running status over F7", body(HALF_ON + b"\0\xf7\x01\xf8" + HALF_OFF), ONE),
    MidiRow("running status over a clock byte", body(HALF_ON + b"\0\xf8" + HALF_OFF), ONE),
    MidiRow("running status first of all", body(b"\0\x3c\x40" + EVENTS), Reason.BAD_EVENT),
    MidiRow(
        "running status from the track before",
        header(2) + chunk(HALF_ON + HALF_OFF + END) + chunk(b"\0\x3e\x40" + END),
        Reason.BAD_EVENT,
    ),
]

CHUNKS = [
    MidiRow("a track without bytes", header(2) + chunk(b"") + TRACK, THREE),
    MidiRow("only tracks without bytes", header(2) + chunk(b"") * 2, Reason.NO_NOTES),
    MidiRow("no end-of-track event", header() + chunk(EVENTS), THREE),
    MidiRow("no end-of-track event in the first of two", header(2) + chunk(b"") + TRACK, THREE),
    MidiRow("events after end of track", body(EVENTS + END + EVENTS), THREE),
    MidiRow("end-of-track event of one byte", header() + chunk(EVENTS + END[:3] + b"\1\0"), THREE),
    MidiRow("a delta before end of track", body(EVENTS + b"\x87\x40\xff\x2f\x00"), THREE),
    MidiRow("track length too long", header() + chunk(EVENTS + END, 99), Reason.TRUNCATED),
    MidiRow("track length of 2^32 - 1", header() + chunk(EVENTS, 2**32 - 1), Reason.TRUNCATED),
    MidiRow("track length ends in an event", header() + chunk(EVENTS, 20), Reason.TRUNCATED),
    MidiRow("track length ends after an event", header() + chunk(EVENTS, 9), ONE),
    MidiRow("track ends inside a delta", header() + chunk(EVENTS + b"\x81"), Reason.TRUNCATED),
    MidiRow("an unknown chunk first", header() + chunk(b"data", name=b"XFIH") + TRACK, THREE),
    MidiRow(
        "an unknown chunk between", header(2) + TRACK + chunk(b"x", name=b"CASM") + TRACK, THREE
    ),
    MidiRow("bytes after the last track", TUNE + b"\0" * 700, THREE),
    MidiRow("two files in one", TUNE + smf(tune([70] * 9)), THREE),
    MidiRow("MTrk in small letters", header() + TRACK.replace(b"MTrk", b"mtrk"), Reason.TRUNCATED),
    MidiRow("more tracks than declared", header(1) + TRACK + chunk(EVENTS * 2), THREE),
    MidiRow("fewer tracks than declared", header(3) + TRACK, Reason.TRUNCATED),
    MidiRow("65,535 tracks declared", header(65_535) + TRACK, Reason.TRUNCATED),
    MidiRow("no track declared", header(0) + TRACK, Reason.NO_NOTES),
    MidiRow("no track at all", header(0), Reason.NO_NOTES),
    MidiRow("300 tracks", header(300) + chunk(END) * 299 + TRACK, THREE),
]

HEADERS = [
    MidiRow("a header of 10 bytes", header(more=b"more") + TRACK, THREE),
    MidiRow("a header of 7 bytes", header(more=b"\0") + TRACK, THREE),
    MidiRow(
        "a header of 5 bytes",
        TUNE[:7] + b"\5" + TUNE[8:],
        Reason.BAD_HEADER,
    ),
    MidiRow("a header of no bytes", b"MThd\0\0\0\0" + TRACK, Reason.BAD_HEADER),
    MidiRow(
        "a header of 2^32 - 1 bytes",
        b"MThd\xff\xff\xff\xff" + TUNE[8:],
        Reason.TRUNCATED,
    ),
    MidiRow("a header alone", b"MThd", Reason.TRUNCATED),
    MidiRow("format 0 with two tracks", smf(tune([50]), tune(), form=0), THREE),
    MidiRow("format 2 with one pattern", smf(tune(), form=2), THREE),
    MidiRow("format 2 with two patterns", smf(tune([50]), tune(), form=2), THREE),
    MidiRow("format 3", smf(tune(), form=3), Reason.BAD_HEADER),
    MidiRow("format 65,535", smf(tune(), form=65_535), Reason.BAD_HEADER),
    MidiRow("division 0", smf(tune(), division=0), Reason.UNSUPPORTED_DIVISION),
    MidiRow("SMPTE of 25 frames", smf(tune(), division=0xE728), Reason.UNSUPPORTED_DIVISION),
    MidiRow("SMPTE of 30 drop frames", smf(tune(), division=0xE350), Reason.UNSUPPORTED_DIVISION),
    MidiRow("division of 1", smf(tune(), division=1), THREE),
    MidiRow("division of 32,767", smf(tune(), division=32_767), THREE),
]

WRAPPERS = [
    MidiRow("no bytes", b"", Reason.NOT_MIDI),
    MidiRow("one byte", b"M", Reason.NOT_MIDI),
    MidiRow("HTML", b"<!DOCTYPE html><html>404</html>", Reason.NOT_MIDI),
    MidiRow("a gzipped file", gzip.compress(TUNE), Reason.NOT_MIDI),
    MidiRow("a byte order mark first", b"\xef\xbb\xbf" + TUNE, Reason.NOT_MIDI),
    MidiRow("a MacBinary header first", bytes(128) + TUNE, Reason.NOT_MIDI),
    MidiRow("line ends changed", smf(tune([10])).replace(b"\n", b"\r\n"), Reason.TRUNCATED),
    MidiRow(
        "RIFF with odd padding",
        b"RIFF\0\0\0\0RMIDLIST\3\0\0\0abc\0data" + struct.pack("<I", len(TUNE)) + TUNE,
        THREE,
    ),
    MidiRow(
        "RIFF that says too much",
        b"RIFF\0\0\0\0RMIDdata\xff\xff\xff\xff" + TUNE,
        THREE,
    ),
    MidiRow(
        "RIFF cut short",
        b"RIFF\0\0\0\0RMIDdata\x10\0\0\0" + TUNE[:16],
        Reason.TRUNCATED,
    ),
    MidiRow("RIFF of no music", b"RIFF\0\0\0\0RMIDdata\0\0\0\0", Reason.NOT_MIDI),
    MidiRow("RIFF of sound", b"RIFF\x24\0\0\0WAVEfmt ", Reason.NOT_MIDI),
]

TEMPOS = [
    MidiRow("tempo 0", before(meta(0x51, bytes(3))), Reason.ZERO_TEMPO),
    MidiRow(
        "tempo 0 before the first note",
        smf([(0, meta(0x51, bytes(3))), (0, TEMPO_100), *tune()]),
        Notes(THREE.ticks, 100),
    ),
    MidiRow("tempo 0 after the last note", smf([*tune(), (0, meta(0x51, bytes(3)))]), THREE),
    MidiRow("tempo of 1 microsecond", before(meta(0x51, b"\0\0\1")), Reason.IMPLAUSIBLE_TEMPO),
    MidiRow("the slowest tempo", before(meta(0x51, b"\xff\xff\xff")), Notes(THREE.ticks, 3.576279)),
    *(
        MidiRow(
            f"tempo of {size} bytes", before(meta(0x51, bytes([9, 39, 192, 1, 1][:size]))), THREE
        )
        for size in (0, 1, 2, 4, 5)
    ),
    MidiRow(
        "a short tempo ends the file", header() + chunk(EVENTS + b"\0\xff\x51\x02\x09\x27"), THREE
    ),
    MidiRow(
        "tempo cut by the file's end",
        header() + chunk(EVENTS + b"\0\xff\x51\x03\x09"),
        Reason.TRUNCATED,
    ),
    MidiRow(
        "tempo in the second track",
        smf(tune([50]), [(0, TEMPO_100), *tune()]),
        Notes(THREE.ticks, 100),
    ),
]

META_AND_SYSEX = [
    MidiRow(f"{name} passed over", before(message), THREE)
    for name, message in {
        "key signature of 7 sharps, minor": meta(0x59, b"\x07\x01"),
        "key signature of 127 sharps": meta(0x59, b"\x7f\x05"),
        "key signature of 8 flats": meta(0x59, b"\xf8\x00"),
        "key signature of no bytes": meta(0x59, b""),
        "key signature of 1 byte": meta(0x59, b"\x02"),
        "key signature of 5 bytes": meta(0x59, b"\x02\0\0\0\0"),
        "time signature of 0/1": meta(0x58, b"\0\0\0\0"),
        "time signature over 2^255": meta(0x58, b"\4\xff\x18\x08"),
        "time signature of 2 bytes": meta(0x58, b"\4\2"),
        "time signature of no bytes": meta(0x58, b""),
        "SMPTE offset of 3 bytes": meta(0x54, b"\1\2\3"),
        "sequence number of no bytes": meta(0x00, b""),
        "channel prefix of 3 bytes": meta(0x20, b"\0\0\0"),
        "port": meta(0x21, b"\x7f"),
        "unknown meta event": meta(0x60, b"abc"),
        "meta event of type 255": meta(0xFF, b"abc"),
        "name in Shift-JIS": meta(3, "ピアノ".encode("shift_jis")),
        "name in UTF-16": meta(3, "Klavier".encode("utf-16")),
        "name in Latin-1": meta(3, "Flöte".encode("latin-1")),
        "name with NUL": meta(3, b"a\0b"),
        "lyric of 70,000 bytes": meta(5, b"la" * 35_000),
        "text with a length of 5 bytes": b"\xff\x01\x80\x80\x80\x80\x01A",
        "SysEx without F7": b"\xf0\x03\x7e\x7f\x09",
        "SysEx of no bytes": b"\xf0\x00",
        "SysEx with bytes over 127": b"\xf0\x03\xff\x90\xf7",
        "SysEx in packets": b"\xf0\x02\x43\x12\x00\xf7\x02\x43\xf7",
        "escape with a song start": b"\xf7\x01\xfa",
        "escape with a note-on": b"\xf7\x03\x90\x32\x40",
        "escape of no bytes": b"\xf7\x00",
        "tune request": b"\xf6",
        "song position": b"\xf2\x01\x02",
        "active sensing": b"\xfe",
        "channel pressure": b"\xd0\x40",
        "key pressure": b"\xa0\x3c\x40",
        "pitch bend": b"\xe0\x00\x40",
        "bank select": b"\xb0\x00\x7f\x00\xb0\x20\x00",
        "reset": b"\xb0\x79\x00",
    }.items()
]

BROKEN_EVENTS = [
    MidiRow("SysEx longer than the track", before(b"\xf0\x7f\x01"), Reason.TRUNCATED),
    MidiRow("text longer than the file", before(b"\xff\x01\xff\xff\xff\x7f"), Reason.TRUNCATED),
    MidiRow("status F4", before(b"\xf4"), Reason.BAD_EVENT),
    MidiRow("status F5", before(b"\xf5"), Reason.BAD_EVENT),
    MidiRow("status FD", before(b"\xfd"), THREE),
    MidiRow("pitch 200", smf([(0, on(200)), (480, off(200))]), Reason.BAD_DATA_BYTE),
    MidiRow("velocity 200", smf([(0, on(60, 200)), (480, off(60))]), Reason.BAD_DATA_BYTE),
    MidiRow("program 200", before(b"\xc0\xc8"), Reason.BAD_DATA_BYTE),
    MidiRow("a delta of 5 bytes", body(b"\x80\x80\x80\x80" + EVENTS), THREE),
    MidiRow("a delta without an end", body(b"\x80" * 20 + EVENTS), THREE),
]


def late(delta: int, count: int) -> list[Event]:
    """Return three quarter notes after `count` waits of `delta` ticks."""
    return [*[(delta, off(61))] * count, *tune()]


NOTES = [
    MidiRow("note-off velocity", smf([(0, on(60)), (480, [0x80, 60, 100])]), ONE),
    MidiRow("note-on of velocity 0", smf([(0, on(60)), (480, on(60, 0))]), ONE),
    MidiRow("lowest and highest pitch", smf(tune([0, 127])), Notes([(0, 480, 0), (480, 960, 127)])),
    MidiRow("note-off first", smf([(0, off(60)), (0, on(60)), (480, off(60))]), ONE),
    MidiRow("two note-offs", smf([(0, on(60)), (480, off(60)), (9, off(60))]), ONE),
    MidiRow("a note that never ends", smf([(0, on(60))]), Reason.NO_NOTES),
    MidiRow(
        "all-notes-off is no note-off", smf([(0, on(60)), (480, [0xB0, 123, 0])]), Reason.NO_NOTES
    ),
    MidiRow(
        "note-off of another channel", smf([(0, on(60)), (9, off(60, 1)), (471, off(60))]), ONE
    ),
    MidiRow("note-off in another track", smf([(0, on(60))], [(480, off(60))]), Reason.NO_NOTES),
    MidiRow("a note of no length", smf([(0, on(60)), (0, off(60))]), Reason.NO_NOTES),
    MidiRow(
        "overlap: a note-off ends what began before it",
        smf([(0, on(60)), (240, on(60)), (240, off(60)), (240, off(60))]),
        Notes([(0, 480, 60), (240, 480, 60)]),
    ),
    MidiRow(
        "a retrigger at the tick of the end",
        smf([(0, on(60)), (480, on(60)), (0, off(60)), (480, off(60))]),
        Notes([(0, 480, 60), (480, 960, 60)]),
    ),
    MidiRow("only channel 10", smf(tune(channel=9)), Reason.ONLY_DRUMS),
    MidiRow(
        "channel 10 with a program", smf([(0, [0xC9, 40]), *tune(channel=9)]), Reason.ONLY_DRUMS
    ),
    MidiRow("most notes on channel 10", smf(tune([36] * 9, 9), tune()), THREE),
    MidiRow("a drum bank on channel 11", smf([(0, [0xBA, 0, 127]), *tune(channel=10)]), THREE),
    MidiRow("program 127", before([0xC0, 127]), Notes(THREE.ticks, program=127)),
    MidiRow("too long", smf([(0, on(60)), (0xFFFFFFF, off(60))]), Reason.TOO_LONG),
    MidiRow("ticks over 2^31", smf(late(0xFFFFFFF, 9)), Reason.BAD_TIME),
    MidiRow("ticks over 2^32", smf(late(0xFFFFFFF, 17)), Reason.BAD_TIME),
    MidiRow(
        "ticks over 2^32 after the last note",
        smf([*tune(), *[(0xFFFFFFF, meta(1, b"x"))] * 17]),
        Reason.BAD_TIME,
    ),
    MidiRow(
        "end of track after 2^31 ticks",
        body(EVENTS + (b"\xff\xff\xff\x7f" + meta(1, b"")) * 8 + b"\xff\xff\xff\x7f" + END[1:]),
        Reason.BAD_TIME,
    ),
    MidiRow("ticks over 2^32 in small deltas", smf(late(0x1FFFFF, 2100)), Reason.BAD_TIME),
]

MIDI_ROWS = [
    *RUNNING_STATUS,
    *CHUNKS,
    *HEADERS,
    *WRAPPERS,
    *TEMPOS,
    *META_AND_SYSEX,
    *BROKEN_EVENTS,
    *NOTES,
]
