"""The members of a tar or a zip, one after the other; only regular files are read."""

import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from schemas.errors import SourceError
from tasks.progress import Progress
from tasks.storage.entries import CHUNK_BYTES, RawFile, Skipped, chunks_of, read_file, tidy_path
from tasks.storage.expansion import Expansion, Limits

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


def _too_big(shown: str, path: str, limits: Limits) -> SourceError:
    return SourceError(
        f"{shown}: member {path} is larger than {limits.member_bytes} bytes; "
        "this is no collection of MIDI files"
    )


def read_tar(
    bound: Expansion, largest: int, limits: Limits, _progress: Progress
) -> Iterator[RawFile]:
    """Yield the regular files of a tar, content kept up to `largest` bytes a file."""
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


def read_zip(
    bound: Expansion, largest: int, limits: Limits, progress: Progress
) -> Iterator[RawFile | Skipped]:
    """Yield the regular files of a zip; a damaged or encrypted one is Skipped."""
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
