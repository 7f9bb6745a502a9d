"""What an earlier reading saw of the files of a source, and which of them are surely unchanged.

The rule: a file is unchanged if its path, size, time of modification, time of status change and
inode are those that were seen, and both times lie more than RACY_NS before the reading began. A
file that is written after it was read gets another status time, unless both fall into one step of
the file system's clock, which is at most 2 s (FAT): so times that near to the reading prove
nothing, and such a file is read again. git's index treats such entries the same way ("Racy Git",
gitglossary: Documentation/technical/racy-git).
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

RACY_NS = 2_000_000_000
INODE_MASK = (1 << 63) - 1  # inodes are unsigned


class FileStamp(NamedTuple):
    """A file by its directory entry: size in bytes, times in ns since 1970, and inode."""

    size: int
    modified_ns: int
    status_ns: int  # of the last change of content, name, owner or rights
    inode: int

    @classmethod
    def of(cls, facts: os.stat_result) -> Self:
        """Return the stamp of a file that was examined."""
        return cls(facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino & INODE_MASK)


class SeenFile(NamedTuple):
    """One file of a source as it was read.

    `row` is its row in all raw shards together, -1 for a file without one, which was then skipped
    for `reason`, or passed over if that is empty.
    """

    path: bytes
    stamp: FileStamp
    md5: str = ""
    row: int = -1
    has_content: bool = False  # in its row
    reason: str = ""


@dataclass(frozen=True)
class Examined:
    """The files of a source as they are now, from before any of them is read."""

    began_ns: int  # when the first was examined, ns since 1970
    stamps: Mapping[bytes, FileStamp]


@dataclass(frozen=True)
class SeenFiles:
    """The files that a reading began at `began_ns` saw; it kept content of up to `largest` bytes.

    With files unchanged and the same `largest`, another reading gives the same rows.
    """

    began_ns: int
    largest: int
    files: Mapping[bytes, SeenFile] = field(default_factory=dict)

    def with_files(self, files: Iterable[SeenFile]) -> Self:
        """Return the same reading with these files."""
        return replace(self, files={file.path: file for file in files})

    def unchanged(self, path: bytes, stamp: FileStamp, largest: int) -> SeenFile | None:
        """Return what was seen of a file that is unchanged, None if it has to be read."""
        seen = self.files.get(path)
        if seen is None or seen.stamp != stamp:
            return None
        newest = max(stamp.modified_ns, stamp.status_ns)
        limits = (self.largest, largest)
        treated_alike = stamp.size <= min(limits) or stamp.size > max(limits)
        return seen if newest < self.began_ns - RACY_NS and treated_alike else None

    def all_unchanged(self, stamps: Mapping[bytes, FileStamp], largest: int) -> bool:
        """Whether `stamps` are of the same files, each unchanged."""
        return stamps.keys() == self.files.keys() and all(
            self.unchanged(path, stamp, largest) for path, stamp in stamps.items()
        )
