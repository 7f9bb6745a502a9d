"""Folders as they are met: links, pipes, names that are hard to print."""

import os
from pathlib import Path

from tests.field.odd_archives import FORK, TWO
from tests.field.rows import Ingested, Refused, SourceRow
from tests.tasks.sources.archives_for_tests import midi, write_folder, zip_of


def with_links(folder: Path) -> None:
    """Make a folder with links that go round, lead nowhere, and lead to a file."""
    write_folder(folder, TWO)
    (folder / "round").symlink_to(folder)
    (folder / "loop.mid").symlink_to("loop.mid")
    (folder / "gone.mid").symlink_to("nothing")
    (folder / "again.mid").symlink_to("a.mid")


def with_unreadable(folder: Path) -> None:
    """Make a folder with a pipe and a file that cannot be read."""
    write_folder(folder, TWO)
    os.mkfifo(folder / "pipe.mid")
    (folder / "memory.mid").symlink_to("/proc/self/mem")  # regular, and no page of it readable


def with_names(folder: Path) -> None:
    """Make a folder with names that are long, not UTF-8, or hard to print."""
    write_folder(folder, {"x" * 251 + ".mid": midi(1), "y/" * 600 + "b.mid": midi(2)})
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.mid")).write_bytes(midi(3))
    write_folder(folder, {"a\n\x1b[31m.mid": midi(4), "-rf.mid": midi(5), "'; drop.mid": midi(6)})


FOLDER_ROWS = [
    SourceRow(
        "a folder with links",
        with_links,
        Ingested(
            2,
            duplicates=1,
            skipped={
                "round": "a link to a folder",
                "loop.mid": "cannot be read",
                "gone.mid": "cannot be read",
            },
        ),
    ),
    SourceRow(
        "a pipe and an unreadable file",
        with_unreadable,
        Ingested(2, skipped={"pipe.mid": "a pipe or device", "memory.mid": "cannot be read"}),
    ),
    SourceRow("hard names", with_names, Ingested(6)),
    SourceRow(
        "resource forks in a folder",
        lambda at: write_folder(at, {**TWO, "._a.mid": FORK}),
        Ingested(2),
    ),
    SourceRow(
        "an archive in a folder",
        lambda at: write_folder(at, {**TWO, "c.zip": zip_of(TWO)}),
        Ingested(2, skipped={"c.zip": "unpack it"}),
    ),
    SourceRow("a folder without files", Path.mkdir, Refused("holds no files")),
    SourceRow(
        "a folder without music",
        lambda at: write_folder(at, {"a.txt": b"x"}),
        Refused("holds no MIDI among its 1"),
    ),
    SourceRow("nothing", lambda at: None, Refused("there is no folder or archive")),
]
