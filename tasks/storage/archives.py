"""Archives (.tar, .tar.gz, .zip) read as streams, one member after the other.

Nothing is unpacked to disk and no name inside is trusted: names become labels; links, devices
and folders are passed over; sizes, counts and total expansion have bounds.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pyarrow as pa

from schemas.errors import SourceError
from tasks.progress import Progress, silent
from tasks.storage.archive_kinds import require_archive
from tasks.storage.archive_members import DAMAGE, read_tar, read_zip
from tasks.storage.entries import RawFile, Skipped
from tasks.storage.expansion import Expansion, Limits
from tasks.storage.read_ahead import read_ahead


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
        reader = read_zip if kind == "zip" else read_tar
        with _expanded(stream, kind) as source:
            bound = Expansion(source, size, limits.total(size), shown, progress)
            for count, item in enumerate(reader(bound, largest, limits, progress), 1):
                if count > limits.members:
                    raise SourceError(f"{shown} holds more than {limits.members} files; split it")
                yield item


def _expanded(stream: Any, kind: str) -> AbstractContextManager[Any]:
    """Return the bytes inside; what they come from is read and expanded beside the caller."""
    if kind == "tar.gz":
        return read_ahead(pa.CompressedInputStream(stream, "gzip"), stream)
    return nullcontext(stream)
