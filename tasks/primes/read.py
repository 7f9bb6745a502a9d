"""Read primes in an isolated process; what is wrong with one is a line that says what to do."""

from collections.abc import Sequence
from functools import partial

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.instruments import INSTRUMENTS
from nocturne.schemas.reason_sentences import reason_sentence
from nocturne.schemas.samples.primes import PrimeTrack
from nocturne.tasks.music.midi.extraction import Extracted, Limits, Rejected
from nocturne.tasks.primes.find import PrimeFile
from nocturne.tasks.primes.parse import Parsed, parse_primes
from nocturne.tasks.primes.prime import Prime, first_bars
from nocturne.tasks.storage.file_names import visible
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from nocturne.tasks.workers.worker_process import WorkerLostError

LEAST_NOTES = 8  # that a sample can go on from
SECONDS = 5.0  # that one song may take; a real one takes milliseconds
SHOWN_TRACKS = 8


def read_primes(
    files: Sequence[PrimeFile], bars: int | None = None, track: int | None = None
) -> list[Prime]:
    """Return the songs in `files`, of each the first `bars` bars of track number `track`.

    The ingest's limits hold. SamplesError for a file that is corrupt, holds drums only, has fewer
    than LEAST_NOTES notes in those bars, or no such track.
    """
    asked = IngestConfig()
    limits = Limits(asked.max_notes, asked.max_song_seconds)
    with Workers(1, limit_memory, (asked.worker_memory_mib,)) as workers:
        parsed = workers.map(
            partial(parse_primes, track=track, limits=limits),
            [file.content for file in files],
            _lost,
            chunk=1,
            timeout=SECONDS,
        )
    return [_prime(*one, bars, track) for one in zip(files, parsed, strict=True)]


def _lost(error: WorkerLostError) -> Parsed:
    return Parsed(Rejected(error.reason, error.detail))


def _prime(file: PrimeFile, parsed: Parsed, bars: int | None, track: int | None) -> Prime:
    found, name = parsed.extraction, visible(file.name)
    if track is not None and len(parsed.tracks) < track and parsed.tracks:
        raise SamplesError(f"the prime {name} has no track {track}: choose {_choice(parsed)}")
    if not isinstance(found, Extracted):
        raise SamplesError(f"cannot continue the prime {name}: {_why(found, parsed, track)}")
    notes, filled = first_bars(found.notes, parsed.metres, bars)
    if len(notes) < LEAST_NOTES:
        where = "" if bars is None else f" in its first {bars} bars"
        raise SamplesError(
            f"the prime {name} is too short: {len(notes)} notes{where}, and it takes {LEAST_NOTES} "
            "to go on from; choose a longer song or another track"
            + (", or more bars" if bars is not None else "")
        )
    tracks = tuple(
        PrimeTrack(number=number, program=one.program, is_drum=one.is_drum, notes=one.notes)
        for number, one in enumerate(parsed.tracks, 1)
    )
    return Prime(
        name, file.sha256, len(file.content), notes, filled, found.program, found.tempo, tracks
    )


def _why(rejected: Rejected, parsed: Parsed, track: int | None) -> str:
    """Return why a file gives no notes, and what to do."""
    if track is not None and parsed.tracks:
        kind = "drums only" if parsed.tracks[track - 1].is_drum else "no note with a length"
        return f"track {track} holds {kind}; choose {_choice(parsed)}"
    sentence = reason_sentence(rejected.reason)
    sentence = sentence[0].lower() + sentence[1:]
    detail = f" ({visible(rejected.detail)})" if rejected.detail else ""
    return f"{sentence}{detail}; choose another MIDI file"


def _choice(parsed: Parsed) -> str:
    """Return the tracks that can be chosen, in words."""
    numbered = enumerate(parsed.tracks, 1)
    melodic = [
        f"{number} ({INSTRUMENTS[one.program]}, {one.notes} notes)"
        for number, one in numbered
        if not one.is_drum
    ]
    more = ["..."] * (len(melodic) > SHOWN_TRACKS)
    return (
        "--prime-track " + " or ".join([*melodic[:SHOWN_TRACKS], *more])
        if melodic
        else ("another song")
    )
