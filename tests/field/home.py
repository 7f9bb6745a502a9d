"""A working folder that is also the home, with what the rows of name_rows spell."""

from pathlib import Path

from tests.field.name_rows import NAMES
from tests.tasks.sources.archives_for_tests import midi


def fill(home: Path) -> Path:
    """Make folders whose only file is named after them, links, and a file."""
    home.mkdir()
    for name in (*NAMES, "~nosuchuser"):
        folder = home / name
        folder.mkdir()
        (folder / f"{name}.mid").write_bytes(midi(1))
    (home / "file").touch()
    for link, target in {"link": "plain", "loop": "loop", "dangling": "nowhere"}.items():
        (home / link).symlink_to(target)
    return home
