"""One file of a source: its digest and, if it can be MIDI, its bytes."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

CHUNK_BYTES = 1 << 20
LONGEST_PATH = 1024  # characters
MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi")
ARCHIVE_SUFFIXES = (
    ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".7z", ".rar", ".lzh"
)  # fmt: skip
APPLE_DOUBLE = b"\x00\x05\x16\x07"  # start of a macOS resource fork, a file beside the real one
INNER_ARCHIVE = "an archive or compressed file inside the source: unpack it to have it read"


class RawFile(NamedTuple):
    """One row of a raw shard. `content` is None unless the file may be MIDI and is kept whole."""

    path: str
    md5: str
    size: int
    content: bytes | None

    @property
    def has_content(self) -> bool:
        """Whether the content is kept."""
        return self.content is not None


class KeptFile(NamedTuple):
    """A file that is unchanged since an earlier reading gave it row `row` of all raw shards."""

    path: str
    md5: str
    size: int
    row: int
    has_content: bool


class Skipped(NamedTuple):
    """A file that could not be read, and why."""

    path: str
    reason: str


def may_be_midi(path: str, head: bytes) -> bool:
    """Whether a file is MIDI by its first 12 bytes (MThd, or a RIFF RMID box) or by its name."""
    boxed = head[:4] == b"RIFF" and head[8:12] == b"RMID"
    return head[:4] == b"MThd" or boxed or path.lower().endswith(MIDI_SUFFIXES)


def chunks_of(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield the chunks that `read` returns, until one is empty."""
    while chunk := read(CHUNK_BYTES):
        yield chunk


def read_file(path: str, chunks: Iterable[bytes], largest: int) -> RawFile:
    """Return a file of any size with its digest; at most about `largest` bytes are in memory."""
    digest = hashlib.md5(usedforsecurity=False)
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if size <= largest:
            kept.append(chunk)
        else:
            kept.clear()
    head = kept[0][:12] if kept else b""
    keep = size <= largest and may_be_midi(path, head)
    return RawFile(path, digest.hexdigest(), size, b"".join(kept) if keep else None)


def inputs(items: Iterable[RawFile | Skipped]) -> Iterator[RawFile | Skipped]:
    """Yield the inputs among files: resource forks are left out, inner archives are Skipped."""
    for item in items:
        if isinstance(item, Skipped) or not _is_resource_fork(item):
            yield Skipped(item.path, INNER_ARCHIVE) if _is_archive(item) else item


def _is_archive(item: RawFile | Skipped) -> bool:
    """Whether a file is a compressed file or archive by its name, and no MIDI by its content."""
    named = item.path.lower().endswith(ARCHIVE_SUFFIXES)
    return isinstance(item, RawFile) and named and item.content is None


def _is_resource_fork(item: RawFile) -> bool:
    """Whether a file is a resource fork: macOS names it `._` and the name of the real file."""
    hidden = item.path.rpartition("/")[2].startswith("._")
    return hidden and (item.content is None or item.content.startswith(APPLE_DOUBLE))


def tidy_path(name: str) -> str:
    """Return `name` as a relative path without `.`, `..`, drive, root or undecodable characters.

    The result is a label only: no file is ever opened by it. Of an over-long name the end is kept.
    """
    text = name.replace("\\", "/").encode("utf-8", "backslashreplace").decode()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else "?" for c in text)
    parts = [part for part in text.split("/") if part not in ("", ".", "..")]
    if parts and len(parts[0]) == 2 and parts[0][1] == ":":
        parts = parts[1:]
    return "/".join(parts)[-LONGEST_PATH:].lstrip("/") or "unnamed"
