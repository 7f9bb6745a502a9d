"""A mistake in the extraction costs the file that meets it, and no other."""

import pytest

from nocturne.schemas.reasons import Reason
from nocturne.tasks.music.midi import extract_many as worker
from nocturne.tasks.music.midi.extraction import Extracted, Extraction, Limits, Rejected, extract
from tests.tasks.music.smf import smf, tune

SONG = smf(tune())


def mistaken(content: bytes, reader: str, limits: Limits) -> Extraction:
    if content == b"bad":
        raise IndexError("index out of range")
    if content == b"big":
        raise MemoryError
    return extract(content, reader, limits)


def test_an_unforeseen_error_is_quarantined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "extract", mistaken)
    first, second, third = worker.extract_many([SONG, b"bad", SONG], "symusic", Limits())
    assert isinstance(first, Extracted)
    assert isinstance(third, Extracted)
    assert second == Rejected(Reason.PARSER_FAILED, "IndexError: index out of range")


def test_too_little_memory_ends_the_process_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "extract", mistaken)
    with pytest.raises(MemoryError):
        worker.extract_many([SONG, b"big"], "symusic", Limits())
