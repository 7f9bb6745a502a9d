"""Archives (.tar, .tar.gz, .zip) read as streams, one member after the other.

Nothing is unpacked to disk and no name inside is trusted: names become labels; links, devices
and folders are passed over; sizes, counts and total expansion have bounds.
"""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from schemas.errors import SourceError
from tasks.progress import Progress, silent
from tasks.storage.entries import CHUNK_BYTES, RawFile, Skipped, chunks_of, read_file, tidy_path
from tasks.storage.expansion import Expansion

Kind = Literal["tar.gz", "tar", "zip", "html", "midi", "unknown"]
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,  # pyarrow's ArrowInvalid is one
    OverflowError,
    NotImplementedError,
    RuntimeError,  # how zipfile refuses an encrypted member
)


@dataclass(frozen=True)
class Limits:
    """Bounds on an archive: beyond them it is hostile, or no collection of MIDI files."""

    members: int = 5_000_000
    member_bytes: int = 2 * 1024**3
    expansion: int = 100  # times the archive's own size, on top of the floor
    floor_bytes: int = 1024**3

    def total(self, archive_bytes: int) -> int:
        """Most bytes that an archive of this size may expand to."""
        return self.floor_bytes + self.expansion * archive_bytes


def kind_of(head: bytes) -> Kind:
    """Tell an archive's kind by its first 1024 bytes or more."""
    if head[:2] == b"\x1f\x8b":
        return "tar.gz"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if head[:4] == b"MThd":
        return "midi"
    if head.lstrip()[:1] == b"<":
        return "html"
    return "tar" if _is_tar_header(head[:512]) else "unknown"


def _is_tar_header(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return len(block) == 512 and not block.strip(b"\0")  # an empty tar
    return True


def require_archive(head: bytes, shown: str) -> Kind:
    """Return the archive's kind; SourceError, in one line, if it is none that can be read."""
    kind = kind_of(head)
    said = {
        "html": "is an HTML page, not an archive; check the address it came from",
        "midi": "is a single MIDI file; name the folder that holds it",
        "unknown": "is not a .tar.gz, .tar or .zip archive; pack it as one of these",
    }
    if not head:
        raise SourceError(f"{shown} is empty; a .tar.gz, .tar or .zip archive is needed")
    if kind in said:
        raise SourceError(f"{shown} {said[kind]}")
    return kind


@contextmanager
def _explained(shown: str) -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        detail = " ".join(str(error).split())[:120] or type(error).__name__
        raise SourceError(
            f"{shown} is cut short or damaged ({detail}); get the archive again"
        ) from error


def read_archive(
    stream: Any,
    shown: str,
    largest: int,
    progress: Progress = silent,
    limits: Limits | None = None,
) -> Iterator[RawFile | Skipped]:
    """Yield one item for every regular file of an archive, in the archive's order.

    `stream` is a seekable binary stream at position 0; content is kept up to `largest` bytes a
    file. Raises SourceError for what is no archive, is damaged, or expands beyond `limits`.
    """
    limits = limits or Limits()
    with _explained(shown):
        size = stream.seek(0, 2) or stream.tell()
        stream.seek(0)
        kind = require_archive(stream.read(1024), shown)
        stream.seek(0)
        reader = _read_zip if kind == "zip" else _read_tar
        expanded = pa.CompressedInputStream(stream, "gzip") if kind == "tar.gz" else stream
        bound = Expansion(expanded, stream, size, limits.total(size), shown, progress)
        for count, item in enumerate(reader(bound, largest, limits, progress), 1):
            if count > limits.members:
                raise SourceError(f"{shown} holds more than {limits.members} files; split it")
            yield item


def _too_big(shown: str, path: str, limits: Limits) -> SourceError:
    return SourceError(
        f"{shown}: member {path} is larger than {limits.member_bytes} bytes; "
        "this is no collection of MIDI files"
    )


def _read_tar(
    bound: Expansion, largest: int, limits: Limits, _progress: Progress
) -> Iterator[RawFile]:
    try:
        tar = tarfile.TarFile(fileobj=bound, mode="r")  # type: ignore[arg-type]
    except tarfile.ReadError as error:
        raise SourceError(
            f"{bound.shown} does not hold a tar archive, or is cut short ({error}); get it again"
        ) from error
    blocks = 0
    while (member := tar.next()) is not None:
        blocks += 1
        if blocks > 4 * limits.members:
            raise SourceError(f"{bound.shown} holds too many members; split it")
        # It remembers every member it has passed, and would fill the memory.
        tar.members.clear()  # type: ignore[attr-defined]
        if not member.isreg():
            continue
        path = tidy_path(member.name)
        if not 0 <= member.size <= limits.member_bytes:
            raise _too_big(bound.shown, path, limits)
        yield read_file(path, _tar_chunks(tar, member, bound), largest)
    bound.expect_tar_end()


def _tar_chunks(tar: tarfile.TarFile, member: tarfile.TarInfo, bound: Expansion) -> Iterator[bytes]:
    if member.issparse():
        bound.charge(member.size)  # its holes cost nothing in the archive
        stream = tar.extractfile(member)
        assert stream is not None  # a regular file
        yield from chunks_of(stream.read)
        return
    bound.seek(member.offset_data)
    left = member.size
    while left:
        chunk = bound.read(min(left, CHUNK_BYTES))
        if not chunk:
            raise EOFError(f"the data ends inside {tidy_path(member.name)}")
        left -= len(chunk)
        yield chunk


def _read_zip(
    bound: Expansion, largest: int, limits: Limits, progress: Progress
) -> Iterator[RawFile | Skipped]:
    with zipfile.ZipFile(bound.source) as archive:
        members = archive.infolist()
        if len(members) > 4 * limits.members:
            raise SourceError(f"{bound.shown} holds too many members; split it")
        for number, member in enumerate(members):
            progress(number, len(members))
            kind = stat.S_IFMT(member.external_attr >> 16)
            if member.is_dir() or kind not in (0, stat.S_IFREG):
                continue
            path = tidy_path(member.filename)
            if member.file_size > limits.member_bytes:
                raise _too_big(bound.shown, path, limits)
            yield _read_zip_member(archive, member, path, bound, largest)


def _read_zip_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str, bound: Expansion, largest: int
) -> RawFile | Skipped:
    try:
        with archive.open(member) as stream:
            return read_file(path, bound.charged(chunks_of(stream.read)), largest)
    except DAMAGE as error:
        return Skipped(path, f"unreadable in the archive: {error}"[:200])
