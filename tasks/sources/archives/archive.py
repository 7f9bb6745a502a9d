"""Archives (.tar, .tar.gz, .zip) read as streams, one member after the other.

Nothing is unpacked to disk and no name inside is trusted: names become labels; symbolic links
and devices are named and not followed; sizes, counts and total expansion have bounds.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.sources.archives.archive_kinds import require_archive
from nocturne.tasks.sources.archives.archive_members import DAMAGE, HardLink, read_tar, read_zip
from nocturne.tasks.sources.archives.bounded_stream import Expansion, Limits
from nocturne.tasks.sources.archives.read_ahead import read_ahead
from nocturne.tasks.sources.source_file import RawFile, Skipped, inputs


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
    file. Hard links come last, each with the content of its file. Raises SourceError for what is
    no archive, is empty or damaged, or expands beyond `limits`.
    """
    limits = limits or Limits()
    with _explained(shown):
        size = stream.seek(0, 2) or stream.tell()
        stream.seek(0)
        kind = require_archive(stream.read(1024), shown)
        contents = _zip if kind == "zip" else _tar
        items = contents(stream, kind, Archive(size, shown, largest, progress, limits))
        count = 0
        for count, item in enumerate(items, 1):
            if count > limits.members:
                raise SourceError(f"{shown} holds more than {limits.members} files; split it")
            yield item
        if not count:
            raise SourceError(f"{shown} is empty: it holds no files; pack the MIDI files again")


class Archive(NamedTuple):
    """What is known of an archive, and how it is to be read."""

    size: int  # bytes
    shown: str
    largest: int
    progress: Progress
    limits: Limits

    def bound(self, source: Any) -> Expansion:
        """Return `source`, the bytes inside, bounded and counted."""
        most = self.limits.total(self.size)
        return Expansion(source, self.size, most, self.shown, self.progress)


def _zip(stream: Any, _kind: str, archive: Archive) -> Iterator[RawFile | Skipped]:
    bound = archive.bound(stream)
    return inputs(read_zip(bound, archive.largest, archive.limits, archive.progress))


def _tar(stream: Any, kind: str, archive: Archive) -> Iterator[RawFile | Skipped]:
    """Yield the files of a tar; then, from a second reading, its hard links."""
    links: list[HardLink] = []
    yield from inputs(_tar_once(stream, kind, archive, links))
    if not links:
        return
    paths = defaultdict(list)
    for target, path in links:
        paths[target].append(path)
    for item in inputs(_tar_once(stream, kind, archive, [])):
        if isinstance(item, RawFile):
            yield from (item._replace(path=path) for path in paths.pop(item.path, ()))
    for target, left in paths.items():
        yield from (Skipped(path, f"a hard link to {target}, which is no file") for path in left)


def _tar_once(
    stream: Any, kind: str, archive: Archive, links: list[HardLink]
) -> Iterator[RawFile | Skipped]:
    stream.seek(0)
    with _expanded(stream, kind) as source:
        bound = archive.bound(source)
        yield from read_tar(bound, archive.largest, archive.limits, archive.progress, links)


def _expanded(stream: Any, kind: str) -> AbstractContextManager[Any]:
    """Return the bytes inside; what they come from is read and expanded beside the caller."""
    if kind == "tar.gz":
        return read_ahead(gzip.GzipFile(fileobj=stream), stream)
    return nullcontext(stream)
