"""Read a prime's bytes, in a worker process. Imports no Prefect, no TensorFlow, no pyarrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import symusic

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extraction, Limits, Rejected, extract
from nocturne.tasks.music.midi.header import patterns, scan
from nocturne.tasks.music.midi.instrument import main_instrument
from nocturne.tasks.music.midi.score import TickNotes, Track, UnreadableError
from nocturne.tasks.music.midi.symusic_reader import read
from nocturne.tasks.music.midi.track_events import readable

READER = "symusic"
HAVE_TRACKS = (Reason.ONLY_DRUMS, Reason.NO_NOTES)  # why a file that can be read gives no notes
LARGEST_DENOMINATOR = 64


@dataclass(frozen=True)
class TrackFacts:
    """A track with notes: its General MIDI program, 0-127, whether it is drums, its notes."""

    program: int
    is_drum: bool
    notes: int


@dataclass(frozen=True)
class Metre:
    """A time signature, such as 6/8, from `beat` (quarters from the file's start) on."""

    beat: float
    numerator: int
    denominator: int

    @property
    def bar_beats(self) -> float:
        """Quarters in a bar."""
        return 4 * self.numerator / self.denominator


COMMON_TIME = Metre(0.0, 4, 4)  # where a file says nothing, by the MIDI standard


@dataclass(frozen=True)
class Parsed:
    """What a prime's bytes hold: notes of one track or why not, all tracks, time signatures.

    `tracks` are those with notes, in the file's order; of the first piece of a format 2 file.
    Metres rise from beat 0.
    """

    extraction: Extraction
    tracks: tuple[TrackFacts, ...] = ()
    metres: tuple[Metre, ...] = (COMMON_TIME,)


def parse_primes(contents: Sequence[bytes], track: int | None, limits: Limits) -> list[Parsed]:
    """Parse each file's bytes, in order; an error in this code is the reason of its file."""
    found = []
    for content in contents:
        try:
            found.append(parse_prime(content, track, limits))
        except MemoryError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            found.append(Parsed(Rejected(Reason.PARSER_FAILED, reason)))
    return found


def parse_prime(content: bytes, track: int | None, limits: Limits) -> Parsed:
    """Return what the bytes hold; the notes are of track number `track`, or of the main one."""
    instrument = main_instrument if track is None else partial(_numbered, track)
    extraction = extract(content, READER, limits, instrument)
    if isinstance(extraction, Rejected) and extraction.reason not in HAVE_TRACKS:
        return Parsed(extraction)
    header = patterns(scan(content))[0]
    parts = [part for part in read(header).tracks if part.count]
    tracks = tuple(TrackFacts(part.program, part.is_drum, part.count) for part in parts)
    return Parsed(extraction, tracks, _metres(header.content, header.ticks_per_quarter))


def _numbered(number: int, tracks: Sequence[Track]) -> tuple[Track, TickNotes]:
    """Return track `number`, from 1, of those with notes; UnreadableError if it has no pitches."""
    sounding = [track for track in tracks if track.count]
    if number > len(sounding):
        raise UnreadableError(Reason.NO_NOTES, "no such track")
    chosen = sounding[number - 1]
    if chosen.is_drum:
        raise UnreadableError(Reason.ONLY_DRUMS)
    if not len(notes := chosen.load()):
        raise UnreadableError(Reason.NO_NOTES, "no note has a length")
    return chosen, notes


def _metres(content: bytes, ticks_per_quarter: int) -> tuple[Metre, ...]:
    events = symusic.Score.from_midi(readable(content)).time_signatures
    found = [
        Metre(event.time / ticks_per_quarter, event.numerator, event.denominator)
        for event in events
        if event.numerator > 0 and 0 < event.denominator <= LARGEST_DENOMINATOR
    ]
    found.sort(key=lambda metre: metre.beat)
    return tuple(found if found and found[0].beat <= 0 else [COMMON_TIME, *found])
