"""The expanded bytes of an archive as a forward-only stream with limits, against bombs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.source_file import CHUNK_BYTES

LARGEST_HEADER_BYTES = 4 * CHUNK_BYTES  # only a hostile header makes tarfile ask for more
TAR_BLOCK_BYTES = 512


@dataclass(frozen=True)
class Limits:
    """Limits of an archive: one beyond them is hostile, or no collection of MIDI files."""

    members: int = 5_000_000
    member_bytes: int = 2 * 1024**3
    expansion: int = 100  # times the archive's own size, on top of floor_bytes
    floor_bytes: int = 1024**3
    links: int = 50_000  # hard links that are kept in memory
    directory_bytes: int = 20 * 1024**2  # of a zip; zipfile makes up to 12 times as much of it

    def total(self, archive_bytes: int) -> int:
        """Most bytes that an archive of this size may expand to."""
        return self.floor_bytes + self.expansion * archive_bytes


class CutShortError(Exception):
    """A tar ends too early; the message is the path of the member that is cut, if any."""


class BoundedStream:
    """The expanded bytes of an archive, read forward only, at most `most` of them.

    It has the methods that tarfile needs: read, seek, tell. Between two calls of `allow` it returns
    LARGEST_HEADER_BYTES at most, so that a header's name, extended attributes or map of holes
    cannot fill the memory.
    """

    def __init__(
        self, source: Any, size: int, most: int, display_name: str, progress: Progress
    ) -> None:
        """Wrap `source`, which reads expanded bytes and tells its place in the archive.

        The archive has `size` bytes.
        """
        self.source, self.display_name = source, display_name
        self._size, self._most, self._progress = size, most, progress
        self._buffer, self._start, self._at = b"", 0, 0  # bytes, their position, place in them
        self._charged = 0
        self._allowed = LARGEST_HEADER_BYTES
        self._last = b""

    def allow(self) -> None:
        """Let the next header, or the next chunk of data, be read."""
        self._allowed = LARGEST_HEADER_BYTES

    def tell(self) -> int:
        """Position in the expanded bytes."""
        return self._start + self._at

    def charge(self, count: int) -> None:
        """Count `count` expanded bytes; SourceError beyond the limit."""
        self._charged += count
        if self._charged > self._most:
            raise SourceError(
                f"{self.display_name} expands to more than {self._most} bytes from {self._size}: "
                "it looks like a decompression bomb and was not read further"
            )

    def charged(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield `chunks`, counting them."""
        for chunk in chunks:
            self.charge(len(chunk))
            yield chunk

    def _refill(self) -> bool:
        """Fill the buffer with the next bytes; return False at the end."""
        self._start += len(self._buffer)
        self._buffer, self._at = bytes(self.source.read(CHUNK_BYTES)), 0
        self.charge(len(self._buffer))
        self._progress(min(self.source.tell(), self._size), self._size)
        return bool(self._buffer)

    def read(self, count: int) -> bytes:
        """Return the next `count` bytes, fewer only at the end."""
        self._allowed -= max(count, 0)
        if count < 0 or self._allowed < 0:
            raise SourceError(
                f"{self.display_name} has a header that claims {count} bytes: not read"
            )
        end = self._at + count
        self._last = self._buffer[self._at : end]
        self._at = min(end, len(self._buffer))
        while len(self._last) < count and self._refill():
            self._at = min(count - len(self._last), len(self._buffer))
            self._last += self._buffer[: self._at]
        return self._last

    def seek(self, position: int) -> int:
        """Read forward to `position`, or to the end if that comes first."""
        if position < self.tell():
            raise SourceError(f"{self.display_name} points backwards at byte {position}: not read")
        while position > self._start + len(self._buffer) and self._refill():
            pass
        self._at = min(position - self._start, len(self._buffer))
        return self.tell()

    def finish_tar(self) -> bytes:
        """Read to the end of a tar, so that gzip compares its checksum.

        Returns the first block behind the end mark that is not empty, or nothing. A tar may lack
        its end mark, which is blocks of zeros. Raises CutShortError if it ends inside a header,
        and ValueError for a damaged header, which tarfile silently takes for the end.
        """
        if 0 < len(self._last) < TAR_BLOCK_BYTES:
            raise CutShortError
        if self._last.strip(b"\0"):
            raise ValueError(f"damaged header before byte {self.tell()}")
        block = self._block_behind_zeros()
        while self._refill():
            pass
        self._at = len(self._buffer)
        return block

    def _block_behind_zeros(self) -> bytes:
        while not (rest := self._buffer[self._at :].lstrip(b"\0")):
            if not self._refill():
                return b""
        self.seek(self._start + len(self._buffer) - len(rest))
        self.allow()
        return self.read(TAR_BLOCK_BYTES)
