"""The MIDI files that a benchmark is given."""

from pathlib import Path


def contents_under(folder: Path) -> list[bytes]:
    """Return the content of every file under a folder, by path, without lists of sources."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes() for path in paths if path.suffix != ".csv"]
