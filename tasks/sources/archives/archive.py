"""Archives (.tar, .tar.gz, .zip) read as streams, one member after the other.

Nothing is unpacked to disk, and names inside are used as labels only. Symbolic links and devices
are reported and not followed. Member sizes, member count and total size are limited.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

from nocturne.schemas.errors import SourceError, one_line
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.sources.archives.archive_kinds import require_archive
from nocturne.tasks.sources.archives.archive_members import DAMAGE, HardLink, read_tar, read_zip
from nocturne.tasks.sources.archives.bounded_stream import BoundedStream, Limits
from nocturne.tasks.sources.archives.gzip_headers import BoundedHeaders
from nocturne.tasks.sources.archives.read_ahead import read_ahead
from nocturne.tasks.sources.source_file import RawFile, Skipped, inputs


@contextmanager
def _damage_as_source_error(display_name: str) -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        detail = one_line(error)[:120]
        raise SourceError(
            f"{display_name} is cut short or damaged ({detail}); get the archive again"
        ) from error


def read_archive(
    stream: Any,
    display_name: str,
    largest: int,
    progress: Progress = silent,
    limits: Limits | None = None,
) -> Iterator[RawFile | Skipped]:
    """Yield one item for every regular file of an archive, in the archive's order.

    `stream` is a seekable binary stream at position 0; content of up to `largest` bytes a file is
    kept. Hard links come last, each with the content of its file. Raises SourceError for a file
    that is no archive, and for an archive that is empty, damaged or larger than `limits`.
    """
    limits = limits or Limits()
    with _damage_as_source_error(display_name):
        size = stream.seek(0, 2) or stream.tell()
        stream.seek(0)
        kind = require_archive(stream.read(1024), display_name)
        contents = _zip if kind == "zip" else _tar
        items = contents(stream, kind, Archive(size, display_name, largest, progress, limits))
        count = 0
        for count, item in enumerate(items, 1):
            if count > limits.members:
                raise SourceError(
                    f"{display_name} holds more than {limits.members} files; split it"
                )
            yield item
        if not count:
            raise SourceError(
                f"{display_name} is empty: it holds no files; pack the MIDI files again"
            )


class Archive(NamedTuple):
    """An archive's size and name, and the parameters of reading it."""

    size: int  # bytes
    display_name: str
    largest: int
    progress: Progress
    limits: Limits

    def bounded(self, source: Any) -> BoundedStream:
        """Return `source`, the expanded bytes, as a stream that is counted and limited."""
        most = self.limits.total(self.size)
        return BoundedStream(source, self.size, most, self.display_name, self.progress)


def _zip(stream: Any, _kind: str, archive: Archive) -> Iterator[RawFile | Skipped]:
    bounded = archive.bounded(stream)
    return inputs(read_zip(bounded, archive.largest, archive.limits, archive.progress))


def _tar(stream: Any, kind: str, archive: Archive) -> Iterator[RawFile | Skipped]:
    """Yield the files of a tar, then its hard links, which take a second reading."""
    links: list[HardLink] = []
    yield from inputs(_tar_once(stream, kind, archive, links))
    if not links:
        return
    paths = _links_by_file(links)
    for item in inputs(_tar_once(stream, kind, archive, [])):
        if isinstance(item, RawFile):
            yield from (item._replace(path=path) for path in paths.pop(item.path, ()))
    for target, names in paths.items():
        yield from (Skipped(path, f"a hard link to {target}, which is no file") for path in names)


def _links_by_file(links: list[HardLink]) -> dict[str, list[str]]:
    """Return the paths of hard links by the path of their file: a link may lead to a link."""
    targets = {path: target for target, path in links}
    paths = defaultdict(list)
    for first, path in links:
        target, passed = first, {path}
        while target in targets and target not in passed:
            passed.add(target)
            target = targets[target]
        targets.update(dict.fromkeys(passed, target))  # a chain is followed once
        paths[target].append(path)
    return paths


def _tar_once(
    stream: Any, kind: str, archive: Archive, links: list[HardLink]
) -> Iterator[RawFile | Skipped]:
    stream.seek(0)
    with _expanded(stream, kind, archive.display_name) as source:
        bounded = archive.bounded(source)
        yield from read_tar(bounded, archive.largest, archive.limits, archive.progress, links)


def _expanded(stream: Any, kind: str, display_name: str) -> AbstractContextManager[Any]:
    """Return the expanded bytes; gzip is read and expanded in a thread of its own."""
    if kind == "tar.gz":
        bounded: Any = BoundedHeaders(stream, display_name)
        return read_ahead(gzip.GzipFile(fileobj=bounded), stream)
    return nullcontext(stream)
