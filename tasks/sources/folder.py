"""Folders as sources: every regular file at any depth, sorted; unchanged ones need no reading."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.seen_files import Examined, FileStamp, SeenFile, SeenFiles
from nocturne.tasks.sources.source_file import (
    KeptFile,
    RawFile,
    Skipped,
    chunks_of,
    inputs,
    read_file,
    tidy_path,
)

PROGRESS_FILES = 50
Input = RawFile | KeptFile | Skipped


class FolderFile(NamedTuple):
    """A regular file of a folder: its relative path, its place and its directory entry."""

    path: str
    place: str
    stamp: FileStamp


def _entries(folder: str, name: str) -> list[tuple[str, str]]:
    """Return name and place of everything directly in a folder, the last one first."""
    names = sorted((entry.name for entry in os.scandir(folder)), key=os.fsencode, reverse=True)
    return [(f"{name}/{entry}" if name else entry, f"{folder}/{entry}") for entry in names]


def walk(folder: Path, left_out: Path | None) -> Iterator[FolderFile | Skipped]:
    """Yield the regular files under `folder`, sorted by name within each folder, depth first.

    A link to a file counts as the file. Links to folders are Skipped, since they may lead in a
    circle, as are pipes, devices and files that cannot be examined. The folder `left_out` is passed
    over.
    """
    waiting = _entries(str(folder), "")
    while waiting:
        name, place = waiting.pop()
        try:
            facts = os.stat(place)  # noqa: PTH116 - a Path for each file takes longer than all else
            if stat.S_ISREG(facts.st_mode):
                yield FolderFile(name, place, FileStamp.of(facts))
            elif not stat.S_ISDIR(facts.st_mode):
                yield Skipped(tidy_path(name), "a pipe or device, not a file")
            elif Path(place).is_symlink():
                yield Skipped(tidy_path(name), "a link to a folder: links are not followed")
            elif left_out is None or Path(place).resolve() != left_out:
                waiting.extend(_entries(place, name))
        except OSError as error:
            yield Skipped(tidy_path(name), f"cannot be read: {error.strerror}")


class FolderNow:
    """The files of a folder as one walk found them, each examined before it is read.

    `digest` is of the names, sizes and times of modification of all.
    """

    def __init__(self, folder: Path, left_out: Path | None) -> None:
        began_ns = time.time_ns()
        self.files = list(walk(folder, left_out))
        digest, stamps = hashlib.sha256(), {}
        for file in self.files:
            path = os.fsencode(file.path)
            facts: tuple[object, ...] = ("skipped",)
            if isinstance(file, FolderFile):
                stamps[path] = file.stamp
                facts = (file.stamp.size, file.stamp.modified_ns)
            digest.update(path + b"\0" + repr(facts).encode() + b"\n")
        self.digest = digest.hexdigest()
        self.examined = Examined(began_ns, stamps)


class FolderReading:
    """One reading of a folder, which appends to `seen` what it sees of each file.

    Files that are unchanged since `earlier` are not opened.
    """

    def __init__(
        self, now: FolderNow, largest: int, earlier: SeenFiles | None, seen: list[SeenFile]
    ) -> None:
        self.now, self.largest, self.earlier, self.seen = now, largest, earlier, seen
        self._rows = 0

    def files(self, progress: Progress) -> Iterator[Input]:
        """Yield every input of the folder; progress in files."""
        for number, file in enumerate(self.now.files):
            if number % PROGRESS_FILES == 0:
                progress(number, len(self.now.files))
            yield from [file] if isinstance(file, Skipped) else self._inputs(file)

    def _inputs(self, file: FolderFile) -> Iterator[Input]:
        """Yield the file if it is an input, and note what is seen of it if it can be read."""
        path = os.fsencode(file.path)
        known = self.earlier and self.earlier.unchanged(path, file.stamp, self.largest)
        if known:
            self._note(known, item := _again(file, known))
        elif isinstance(read := _read(file, self.largest), Skipped):
            item = read
        else:
            item = next(inputs([read]), None)
            self._note(SeenFile(path, file.stamp, read.md5), item)
        if item is not None:
            yield item

    def _note(self, seen: SeenFile, item: Input | None) -> None:
        """Append what is seen of a file, which became `item`."""
        if isinstance(item, RawFile | KeptFile):
            seen = seen._replace(row=self._rows, has_content=item.has_content)
            self._rows += 1
        elif item is not None:
            seen = seen._replace(reason=item.reason)
        self.seen.append(seen)


def _again(file: FolderFile, known: SeenFile) -> Input | None:
    """Return what an unchanged file was when it was read; None if it is no input."""
    path = tidy_path(file.path)
    if known.row >= 0:
        return KeptFile(path, known.md5, file.stamp.size, known.row, known.has_content)
    return Skipped(path, known.reason) if known.reason else None


def _read(file: FolderFile, largest: int) -> RawFile | Skipped:
    path = tidy_path(file.path)
    try:
        with Path(file.place).open("rb", buffering=0) as stream:
            return read_file(path, chunks_of(stream.read), largest)
    except OSError as error:
        return Skipped(path, f"cannot be read: {error.strerror}")
