"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

from tasks.storage.root import Root

SHARED_MIDI = Path(__file__).parents[2] / "shared" / "midi"


@pytest.fixture(scope="session")
def shared_midi() -> Path:
    """Folder of real MIDI files beside the checkout; cases that need it skip without it."""
    if not SHARED_MIDI.is_dir():
        pytest.skip(f"no shared MIDI folder at {SHARED_MIDI}")
    return SHARED_MIDI


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """Return a storage root in a fresh folder."""
    return Root.open(str(tmp_path / "root"))
