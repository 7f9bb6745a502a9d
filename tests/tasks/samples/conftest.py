"""Fixtures of the tests of samples."""

import pytest

from nocturne.tasks.pages import gallery
from nocturne.tasks.samples import batches


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches and pages, and pictures that take no time."""
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 4)
    monkeypatch.setattr(gallery, "SAMPLES_PER_PAGE", 2)
    picture = b"\x89PNG" + b"IEND\xaeB`\x82"
    monkeypatch.setattr("nocturne.tasks.samples.writers.picture.draw", lambda notes: picture)
