"""What is read of a prime, and the one line that says why it cannot be continued."""

import re
from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.errors import SamplesError
from nocturne.schemas.reasons import Reason
from nocturne.schemas.samples.primes import PrimeTrack
from nocturne.tasks.music.midi.extraction import Limits, Rejected, extract
from nocturne.tasks.primes import read
from nocturne.tasks.primes.find import PrimeFile
from nocturne.tasks.primes.parse import COMMON_TIME, Metre, parse_prime, parse_primes
from nocturne.tasks.primes.prime import Prime
from nocturne.tasks.workers.worker_process import WorkerLostError
from tests.tasks.primes.songs_for_tests import quarters, song

DRUMS = (0, True, quarters(30, pitch=36))
FLUTE = (73, False, quarters(20, first=2.0))
PIANO = (0, False, quarters(12))


def prime_of(content: bytes, bars: int | None = None, track: int | None = None) -> Prime:
    """The prime, parsed in this process: test_the_isolated_process covers the other."""
    parsed = parse_prime(content, track, Limits())
    return read._prime(PrimeFile("a song.mid", content), parsed, bars, track)


def test_the_instrument_is_chosen_by_the_rule_of_the_ingest_or_by_number() -> None:
    content = song(DRUMS, PIANO, FLUTE)
    main = prime_of(content)
    assert (main.program, len(main.notes), main.tempo) == (73, 20, 60.0)
    assert main.notes.onset_beats[0] == 0  # its rest of two quarters is left out
    expected = extract(content)
    np.testing.assert_array_equal(main.notes.pitch, expected.notes.pitch)
    assert main.tracks == (
        PrimeTrack(number=1, program=0, is_drum=True, notes=30),
        PrimeTrack(number=2, program=0, is_drum=False, notes=12),
        PrimeTrack(number=3, program=73, is_drum=False, notes=20),
    )
    piano = prime_of(content, track=2)
    assert (piano.program, len(piano.notes)) == (0, 12)


@pytest.mark.parametrize(
    ("content", "asked", "message"),
    [
        (b"\x89PNG not midi at all", {}, "not a MIDI file: it begins like another kind of file"),
        (b"", {}, "not a MIDI file"),
        (song(PIANO)[:-20], {}, "cut off: it ends in the middle"),
        (song(DRUMS), {}, "it holds drums only; choose another MIDI file"),
        (song(), {}, "it holds no notes"),
        (song((0, False, quarters(7))), {}, "too short: 7 notes, and it takes 8 to go on from"),
        (song(PIANO), {"bars": 1}, "too short: 4 notes in its first 1 bars"),
        (
            song(DRUMS, PIANO),
            {"track": 1},
            "track 1 holds drums only; choose --prime-track 2 (A",
        ),
        (song(DRUMS, PIANO), {"track": 3}, "has no track 3: choose --prime-track 2 (A"),
        (song(DRUMS), {"track": 2}, "has no track 2: choose another song"),
    ],
)
def test_a_prime_that_cannot_be_continued_is_one_line(
    content: bytes, asked: dict[str, int], message: str
) -> None:
    with pytest.raises(SamplesError, match=re.escape(message)) as caught:
        prime_of(content, **asked)
    assert "\n" not in str(caught.value)
    assert "the prime a song.mid" in str(caught.value)


def test_bars_are_those_of_the_files_metres_from_the_first_note_on() -> None:
    rows = quarters(30, first=6.0)
    content = song((0, False, rows), metres=((3, 4, 0.0), (4, 4, 9.0), (6, 8, 17.0)))
    whole = prime_of(content)
    # Bars begin at 6 (3/4), 9, 13 (4/4), 17, 20, ... 35 (6/8, of 3 quarters)
    assert (len(whole.notes), whole.bars) == (30, 10)
    three = prime_of(content, bars=3)
    assert (len(three.notes), three.bars) == (3 + 4 + 4, 3)
    np.testing.assert_array_equal(three.notes.onset_beats, np.arange(11))
    five = prime_of(content, bars=5)
    assert len(five.notes) == 3 + 4 + 4 + 3 + 3
    assert len(prime_of(content, bars=10).notes) == len(prime_of(content, bars=99).notes) == 30


def test_a_file_without_metres_has_four_quarters_in_a_bar() -> None:
    content = song(PIANO)
    assert parse_prime(content, None, Limits()).metres == (COMMON_TIME,)
    late = song(PIANO, metres=((3, 4, 8.0),))
    assert parse_prime(late, None, Limits()).metres == (COMMON_TIME, Metre(8.0, 3, 4))
    assert len(prime_of(content, bars=2).notes) == 8


def test_the_isolated_process_parses_several_and_an_error_there_is_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = [PrimeFile("one.mid", song(PIANO)), PrimeFile("two.mid", song(FLUTE))]
    first, second = read.read_primes(files, bars=3)
    assert (first.name, len(first.notes), second.name, len(second.notes)) == (
        *("one.mid", 12),
        *("two.mid", 12 - 2),
    )
    assert first.sha256 == files[0].sha256

    def fails(*_: object) -> None:
        raise ValueError("of this code")

    monkeypatch.setattr("nocturne.tasks.primes.parse.extract", fails)
    (parsed,) = parse_primes([b""], None, Limits())
    assert parsed.extraction == Rejected(Reason.PARSER_FAILED, "ValueError: of this code")
    lost = read._lost(WorkerLostError(Reason.PARSER_TIMED_OUT, "over 5 seconds"))
    with pytest.raises(SamplesError, match="reading it took too long"):
        read._prime(files[0], lost, None, None)


def test_real_songs_give_the_notes_of_the_ingest(shared_midi: Path) -> None:
    for path in sorted((shared_midi / "pop").glob("*.mid"))[:3]:
        content = path.read_bytes()
        expected = extract(content)
        prime = prime_of(content)
        np.testing.assert_array_equal(prime.notes.pitch, expected.notes.pitch)
        np.testing.assert_allclose(
            prime.notes.offset_beats - prime.notes.onset_beats,
            expected.notes.offset_beats - expected.notes.onset_beats,
            atol=1e-12,
        )
        some = prime_of(content, bars=prime.bars // 2)
        np.testing.assert_array_equal(some.notes.pitch, expected.notes.pitch[: len(some.notes)])
        assert 0 < len(some.notes) < len(prime.notes)
