"""symusic against pretty_midi on real files: where they differ is known, and why.

The chosen instrument and its notes are compared bit for bit. A file may differ only

* by tempo events outside track 0: pretty_midi ignores them, we keep to the standard;
* by a program change while a note sounds: pretty_midi gives the note to the new program;
* by instruments of equal size on one track: pretty_midi lists first what ends a note first;
* by note-offs that are missing: pretty_midi lets one note-off close several notes, a parser
  that pairs them has lost the notes that found no note-off of their own;
* by what pretty_midi refuses and symusic reads: unknown key signatures, stray chunks,
  end-of-track events without a length.
"""

import io
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi.extraction import Extracted, Extraction, extract

SAMPLES = {  # files of each corpus, and the least share of equal ones
    "pop": (25, 0.99),
    "folk": (120, 0.99),
    "piano": (12, 0.99),
    "chorales": (40, 0.99),
    "lakh": (30, 0.9),
    "multitrack": (25, 0.6),
    "edge_cases": (72, 0.9),
    "parser_tests": (30, 0.9),
}


def sample(folder: Path, count: int) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return random.Random(7).sample(files, min(count, len(files)))


def equal(one: Extraction, other: Extraction) -> bool:
    if isinstance(one, Extracted) and isinstance(other, Extracted):
        return (one.digest, one.program) == (other.digest, other.program)
    return one == other


def known_classes(content: bytes) -> Iterator[str]:
    """Yield the classes of difference that this file can show."""
    tracks = mido.MidiFile(file=io.BytesIO(content)).tracks
    if any(message.type == "set_tempo" for track in tracks[1:] for message in track):
        yield "tempo outside track 0"
    for track in tracks:
        sounding: Counter[tuple[int, int]] = Counter()
        seen: Counter[int] = Counter()
        for message in track:
            if message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note] += 1
                seen[message.channel] += 1
            elif message.type in ("note_on", "note_off"):
                key = message.channel, message.note
                sounding[key] = max(0, sounding[key] - 1)
            elif message.type == "program_change" and any(
                n for (channel, _), n in sounding.items() if channel == message.channel
            ):
                yield "program change under a note"
        if any(sounding.values()):
            yield "missing note-offs"
        if len(set(seen.values())) < len(seen):
            yield "instruments of equal size"


@pytest.mark.parametrize("corpus", SAMPLES)
def test_same_instrument_and_notes(shared_midi: Path, corpus: str) -> None:
    count, share = SAMPLES[corpus]
    read = same = 0
    for path in sample(shared_midi / corpus, count):
        content = path.read_bytes()
        ours, reference = extract(content), extract(content, "pretty_midi")
        if not isinstance(reference, Extracted):
            # What the reference refuses, we may read: never the other way round.
            assert (
                isinstance(ours, Extracted)
                or reference.reason == ours.reason
                or (reference.reason is Reason.PARSER_FAILED)
            ), path.name
            continue
        assert isinstance(ours, Extracted), path.name
        read += 1
        if equal(ours, reference):
            same += 1
        else:
            assert list(known_classes(content)), path.name
    assert read > 0
    assert same / read >= share
