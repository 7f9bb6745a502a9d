"""Every reason of a single file, and what is kept of a good one."""

import dataclasses
import struct
from collections import Counter

import numpy as np
import pytest

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extracted, Limits, Rejected, extract
from tests.tasks.music.smf import TEMPO_100, Event, off, on, smf, tune

GOOD = smf([(0, TEMPO_100)], [(0, [0xC0, 5]), *tune()])
READERS = ("symusic", "pretty_midi")


def fields(extracted: Extracted) -> dict[str, list[float]]:
    return {k: v.tolist() for k, v in dataclasses.asdict(extracted.notes).items()}


@pytest.mark.parametrize("reader", READERS)
def test_keeps_notes_program_and_tempo(reader: str) -> None:
    result = extract(GOOD, reader)
    assert isinstance(result, Extracted)
    assert (result.program, result.ticks_per_quarter) == (5, 480)
    assert result.tempo == pytest.approx(100.0, abs=1e-12)
    assert fields(result) == {
        "onset_seconds": pytest.approx([0.0, 0.6, 1.2]),
        "offset_seconds": pytest.approx([0.6, 1.2, 1.8]),
        "onset_beats": [0.0, 1.0, 2.0],
        "offset_beats": [1.0, 2.0, 3.0],
        "pitch": [60, 62, 64],
        "velocity": [64, 64, 64],
    }


def riff(content: bytes) -> bytes:
    body = b"RMID" + b"LIST\x03\x00\x00\x00abc\x00" + b"data"
    body += struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_unwraps_riff_and_ignores_what_follows_the_last_track() -> None:
    plain = extract(GOOD)
    assert isinstance(plain, Extracted)
    for content in (riff(GOOD), GOOD + b"MTrk\xff\xff\xff\xffjunk"):
        other = extract(content)
        assert isinstance(other, Extracted)
        assert other.digest == plain.digest


def late_note() -> list[Event]:
    """Return a note after more than 2**31 ticks."""
    return [*[(0xFFFFFFF, off(61))] * 9, *tune()]


CASES: dict[str, tuple[bytes, Reason]] = {
    "text": (b"<html>not found</html>", Reason.NOT_MIDI),
    "empty": (b"", Reason.NOT_MIDI),
    "riff of something else": (b"RIFF\x04\0\0\0WAVEfmt ", Reason.NOT_MIDI),
    "riff without data": (b"RIFF\x04\0\0\0RMID", Reason.TRUNCATED),
    "header cut": (GOOD[:10], Reason.TRUNCATED),
    "track cut": (GOOD[:-6], Reason.TRUNCATED),
    "chunk header cut": (GOOD[:17], Reason.TRUNCATED),
    "track missing": (GOOD[:11] + b"\x03" + GOOD[12:], Reason.TRUNCATED),
    "event cut": (smf([(0, [0x90, 60])]), Reason.TRUNCATED),
    "header length": (GOOD[:7] + b"\x05" + GOOD[8:], Reason.BAD_HEADER),
    "format 3": (smf(tune(), form=3), Reason.BAD_HEADER),
    "division 0": (smf(tune(), division=0), Reason.UNSUPPORTED_DIVISION),
    "SMPTE": (smf(tune(), division=0xE728), Reason.UNSUPPORTED_DIVISION),
    "velocity 200": (smf([(0, on(60, 200)), (9, off(60))]), Reason.BAD_DATA_BYTE),
    "status F4": (smf([(0, [0xF4]), *tune()]), Reason.BAD_EVENT),
    "running status first": (smf([(0, [60, 64]), *tune()]), Reason.BAD_EVENT),
    "tempo 0": (smf([(0, [0xFF, 0x51, 3, 0, 0, 0]), *tune()]), Reason.ZERO_TEMPO),
    "600,000 BPM": (smf([(0, [0xFF, 0x51, 3, 0, 0, 100]), *tune()]), Reason.IMPLAUSIBLE_TEMPO),
    "no events": (smf([]), Reason.NO_NOTES),
    "no tracks": (smf(), Reason.NO_NOTES),
    "never closed": (smf([(0, on(60))]), Reason.NO_NOTES),
    "only zero length": (smf([(0, on(60)), (0, off(60))]), Reason.NO_NOTES),
    "only drums": (smf(tune(channel=9)), Reason.ONLY_DRUMS),
    "too many": (smf(tune([60] * 51)), Reason.TOO_MANY_NOTES),
    "too long": (smf([(0, on(60)), (0x100000, off(60))]), Reason.TOO_LONG),
    "overflow": (smf(late_note()), Reason.BAD_TIME),
}


TESTED_ELSEWHERE = {  # what a file alone cannot be: see test_note_shards and test_note_dataset
    Reason.TOO_LARGE,
    Reason.PARSER_FAILED,  # below, and test_worker
    Reason.PARSER_CRASHED,
    Reason.PARSER_TIMED_OUT,
    Reason.PARSER_OUT_OF_MEMORY,
    Reason.INVALID_NOTES,
    Reason.SAME_FILE,
    Reason.SAME_NOTES,
}


def test_no_reason_is_without_a_test() -> None:
    assert {reason for _, reason in CASES.values()} | TESTED_ELSEWHERE == set(Reason)


@pytest.mark.parametrize("name", CASES)
def test_says_why_a_file_gives_no_notes(name: str) -> None:
    content, reason = CASES[name]
    result = extract(content, limits=Limits(max_notes=50, max_song_seconds=600))
    assert isinstance(result, Rejected)
    assert result.reason == reason


@pytest.mark.parametrize("name", sorted(set(CASES) - {"status F4", "SMPTE"}))
def test_the_reference_reader_agrees_on_the_reason(name: str) -> None:
    content, reason = CASES[name]
    limits = Limits(max_notes=50, max_song_seconds=600)
    result = extract(content, "pretty_midi", limits)
    assert isinstance(result, Rejected)
    # pretty_midi counts only the notes that it keeps, and fails on a file with no tracks.
    assert result.reason == (Reason.PARSER_FAILED if name == "no tracks" else reason)


def kept(content: bytes, reader: str = "symusic") -> Extracted:
    result = extract(content, reader)
    assert isinstance(result, Extracted), result
    return result


SILENT_TEMPO = [(0, [0xFF, 0x51, 3, 0, 0, 0]), (480, TEMPO_100)]


def test_a_tempo_that_no_music_has_counts_only_while_notes_sound() -> None:
    before = kept(smf([*SILENT_TEMPO, *tune()]))
    assert before.tempo == pytest.approx(100.0)
    assert before.notes.onset_seconds.tolist() == pytest.approx([0.0, 0.6, 1.2])
    after = kept(smf([*tune(), *SILENT_TEMPO[:1]]))
    assert after.notes.offset_seconds.max() == pytest.approx(1.5)
    fastest = kept(smf([(0, [0xFF, 0x51, 3, 0, 0x75, 0x30]), *tune()]))  # 30,000 microseconds
    assert fastest.tempo == pytest.approx(2000.0)


def test_notes_without_a_length_do_not_choose_the_instrument() -> None:
    clicks: list[Event] = [event for _ in range(9) for event in ((0, on(40)), (0, off(40)))]
    later: list[Event] = [event for _ in range(3) for event in ((0, on(41)), (9, off(41)))]
    program: list[Event] = [(0, [0xC1, 73])]
    for reader in READERS:
        assert kept(smf(clicks, [*program, *tune(channel=1)]), reader).program == 73
        # A track of as many real notes as a later, longer one has: the first is kept.
        assert kept(smf([*program, *tune(channel=1)], [*clicks, *later]), reader).program == 73


@pytest.mark.parametrize("reader", READERS)
def test_format_2_gives_one_pattern_with_its_own_tempo(reader: str) -> None:
    fast: list[Event] = [(0, [0xFF, 0x51, 3, 0x03, 0xD0, 0x90]), *tune([50])]
    result = kept(smf(fast, [(0, TEMPO_100), *tune()], form=2), reader)
    assert (len(result.notes), result.tempo) == (3, pytest.approx(100.0))


def test_a_longer_header_is_passed_over() -> None:
    longer = GOOD[:7] + b"\x0a" + GOOD[8:14] + b"more" + GOOD[14:]
    assert kept(longer).digest == kept(GOOD).digest


def test_what_a_file_says_does_not_depend_on_the_bytes_behind_it() -> None:
    ends_in_tempo = smf(tune())[:-4] + b"\x00\xff\x51\x00"
    ends_in_delta = smf(tune())[:-4] + b"\x81\x82\x83\x84"
    for content, outcome in ((ends_in_tempo, Extracted), (ends_in_delta, Rejected)):
        found = {repr(extract(content)) for _ in range(50)}
        assert len(found) == 1
        assert isinstance(extract(content), outcome)


def test_ticks_beyond_32_bits_are_never_a_short_song() -> None:
    for delta, count in ((0xFFFFFFF, 17), (0x1FFFFF, 2100)):  # deltas of 4 and of 3 bytes
        late: list[Event] = [(delta, off(61))] * count
        result = extract(smf([*late, *tune()]))
        assert isinstance(result, Rejected)
        assert result.reason is Reason.BAD_TIME


def test_the_instrument_with_most_notes_that_is_no_drum_is_kept_and_ties_go_to_the_first() -> None:
    drums = tune([36] * 9, channel=9)
    piano, flute, organ = ([(0, [0xC0 | c, p]), *tune([50 + p] * n, c)] for c, p, n in (
        (0, 0, 2), (1, 73, 4), (2, 19, 4)
    ))  # fmt: skip
    result = extract(smf(drums, piano, flute, organ))
    assert isinstance(result, Extracted)
    assert result.program == 73
    assert Counter(result.notes.pitch.tolist()) == {123: 4}


def test_notes_are_sorted_by_onset_then_pitch() -> None:
    chord = [(0, on(67)), (0, on(60)), (480, off(60)), (0, off(67)), (0, on(64)), (9, off(64))]
    result = extract(smf(chord))
    assert isinstance(result, Extracted)
    assert result.notes.pitch.tolist() == [60, 67, 64]
    assert np.all(np.diff(result.notes.onset_beats) >= 0)
