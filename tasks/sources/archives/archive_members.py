"""The members of a tar or a zip, one after the other; only regular files are read."""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.archives.archive_kinds import is_tar_header
from nocturne.tasks.sources.archives.bounded_stream import BoundedStream, CutShortError, Limits
from nocturne.tasks.sources.archives.zip_directory import is_empty_zip, require_small_directory
from nocturne.tasks.sources.source_file import (
    CHUNK_BYTES,
    RawFile,
    Skipped,
    chunks_of,
    read_file,
    tidy_path,
)

DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,  # pyarrow's ArrowInvalid is one
    OverflowError,
    NotImplementedError,
    RuntimeError,  # zipfile raises it for an encrypted member
)
MOST_PAX_HEADERS = 1000  # for all members together: only a hostile tar has more
# zipfile limits what one read call expands for these methods alone.
READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ANOTHER_TAR = "another tar follows in the same file: unpack it to have it read"
HardLink = tuple[str, str]  # path of the file, path of the link to it
OTHER_METHODS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA", 9: "Deflate64"}


def _wrong_size(path: str, size: int, limits: Limits) -> Skipped:
    return Skipped(path, f"has {size} bytes by its header, outside 0 to {limits.member_bytes}")


def read_tar(
    bounded: BoundedStream, largest: int, limits: Limits, _progress: Progress, links: list[HardLink]
) -> Iterator[RawFile | Skipped]:
    """Yield the regular files of a tar, content kept up to `largest` bytes a file.

    Hard links are appended to `links`. Symbolic links and devices are Skipped, as is a member that
    the end of the archive cuts short, and what follows the tar.
    """
    try:
        tar = tarfile.TarFile(fileobj=bounded, mode="r")  # type: ignore[arg-type]
    except tarfile.ReadError as error:
        raise SourceError(
            f"{bounded.display_name} does not hold a tar archive, or is cut short ({error}); "
            "get it again"
        ) from error
    try:
        for member in _tar_headers(tar, bounded, limits):
            if member.islnk() and _is_kept(links, member, limits):
                continue
            if not member.isdir():
                yield _read_tar_member(tar, member, bounded, largest, limits)
        if is_tar_header(bounded.finish_tar()):
            yield Skipped("(behind the end of the tar)", ANOTHER_TAR)
    except CutShortError as error:
        yield Skipped(str(error) or "(the next member)", "the archive is cut short here")


def _read_tar_member(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    bounded: BoundedStream,
    largest: int,
    limits: Limits,
) -> RawFile | Skipped:
    path = tidy_path(member.name)
    if not member.isreg():
        return Skipped(path, "a link or device: not followed")
    if not 0 <= member.size <= limits.member_bytes:
        return _wrong_size(path, member.size, limits)
    return read_file(path, _tar_chunks(tar, member, bounded), largest)


def _tar_headers(
    tar: tarfile.TarFile, bounded: BoundedStream, limits: Limits
) -> Iterator[tarfile.TarInfo]:
    """Yield the headers of a tar, without keeping them in memory."""
    for count in range(4 * limits.members + 1):
        bounded.allow()
        if count and bounded.seek(tar.offset) < tar.offset:
            raise CutShortError
        member = tar.next()
        if member is None:
            return
        if count == 4 * limits.members or len(tar.pax_headers) > MOST_PAX_HEADERS:
            raise SourceError(f"{bounded.display_name} holds too many members or headers; split it")
        # TarFile keeps every member that it has read, which would fill the memory.
        tar.members.clear()  # type: ignore[attr-defined]
        yield member


def _is_kept(links: list[HardLink], member: tarfile.TarInfo, limits: Limits) -> bool:
    """Append a hard link to `links`; return False if `links` is full."""
    if len(links) >= limits.links:
        return False
    links.append((tidy_path(member.linkname), tidy_path(member.name)))
    return True


def _tar_chunks(
    tar: tarfile.TarFile, member: tarfile.TarInfo, bounded: BoundedStream
) -> Iterator[bytes]:
    if member.issparse():
        bounded.charge(member.size)  # its holes cost nothing in the archive
        stream = tar.extractfile(member)
        assert stream is not None  # a regular file
        for chunk in chunks_of(stream.read):
            bounded.allow()
            yield chunk
        return
    bounded.seek(member.offset_data)
    left = member.size
    while left:
        bounded.allow()
        chunk = bounded.read(min(left, CHUNK_BYTES))
        if not chunk:
            raise CutShortError(tidy_path(member.name))
        left -= len(chunk)
        yield chunk


def read_zip(
    bounded: BoundedStream, largest: int, limits: Limits, progress: Progress
) -> Iterator[RawFile | Skipped]:
    """Yield the regular files of a zip; a member that cannot be read is Skipped."""
    require_small_directory(bounded.source, bounded.display_name, limits.directory_bytes)
    if is_empty_zip(bounded.source):
        return
    with zipfile.ZipFile(bounded.source) as archive:
        members = archive.infolist()
        for number, member in enumerate(members):
            progress(number, len(members))
            if not member.is_dir():
                yield _read_zip_member(archive, member, bounded, largest, limits)


def _read_zip_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    bounded: BoundedStream,
    largest: int,
    limits: Limits,
) -> RawFile | Skipped:
    path, kind = tidy_path(member.filename), stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return Skipped(path, "a link or device: not followed")
    if member.file_size > limits.member_bytes:
        return _wrong_size(path, member.file_size, limits)
    if member.compress_type not in READ_METHODS:
        method = OTHER_METHODS.get(member.compress_type, f"method {member.compress_type}")
        return Skipped(path, f"compressed by {method}: only stored and deflated members are read")
    try:
        with archive.open(member) as stream:
            return read_file(path, bounded.charged(chunks_of(stream.read)), largest)
    except DAMAGE as error:
        return Skipped(path, f"unreadable in the archive: {error}"[:200])
