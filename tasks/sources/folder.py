"""Folders as sources: every regular file at any depth, sorted."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.source_file import (
    RawFile,
    Skipped,
    chunks_of,
    inputs,
    read_file,
    tidy_path,
)

PROGRESS_FILES = 50


class FolderFile(NamedTuple):
    """A regular file of a folder: its relative path, its place, size in bytes, time of change."""

    path: str
    place: Path
    size: int
    changed_ns: int


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name), reverse=True)


def walk(folder: Path, left_out: Path | None) -> Iterator[FolderFile | Skipped]:
    """Yield the regular files under `folder`, sorted by name within each folder, depth first.

    A link to a file counts as the file. Links to folders are Skipped, since they may lead in a
    circle, as are pipes, devices and files that cannot be examined. The folder `left_out` is passed
    over.
    """
    waiting = _entries(folder)
    while waiting:
        place = waiting.pop()
        name = str(place.relative_to(folder))
        try:
            facts = place.stat()
            if stat.S_ISREG(facts.st_mode):
                yield FolderFile(name, place, facts.st_size, facts.st_mtime_ns)
            elif not stat.S_ISDIR(facts.st_mode):
                yield Skipped(tidy_path(name), "a pipe or device, not a file")
            elif place.is_symlink():
                yield Skipped(tidy_path(name), "a link to a folder: links are not followed")
            elif left_out is None or place.resolve() != left_out:
                waiting.extend(_entries(place))
        except OSError as error:
            yield Skipped(tidy_path(name), f"cannot be read: {error.strerror}")


def fingerprint_of(folder: Path, left_out: Path | None) -> tuple[str, int]:
    """Return a digest of the names, sizes and times of all files, and how many there are."""
    digest, count = hashlib.sha256(), 0
    for file in walk(folder, left_out):
        facts = ("skipped",) if isinstance(file, Skipped) else (file.size, file.changed_ns)
        digest.update(os.fsencode(file.path) + b"\0" + repr(facts).encode() + b"\n")
        count += 1
    return digest.hexdigest(), count


def read_folder(
    folder: Path, left_out: Path | None, largest: int, progress: Progress, total: int
) -> Iterator[RawFile | Skipped]:
    """Yield every input of a folder, with content of up to `largest` bytes; progress in files."""
    return inputs(_read_all(folder, left_out, largest, progress, total))


def _read_all(
    folder: Path, left_out: Path | None, largest: int, progress: Progress, total: int
) -> Iterator[RawFile | Skipped]:
    for number, file in enumerate(walk(folder, left_out)):
        if number % PROGRESS_FILES == 0:
            progress(min(number, total), total)
        yield file if isinstance(file, Skipped) else _read(file, largest)


def _read(file: FolderFile, largest: int) -> RawFile | Skipped:
    path = tidy_path(file.path)
    try:
        with file.place.open("rb", buffering=0) as stream:
            return read_file(path, chunks_of(stream.read), largest)
    except OSError as error:
        return Skipped(path, f"cannot be read: {error.strerror}")
