"""A stream read one chunk ahead in a thread, so that an archive is expanded while it is parsed."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from nocturne.tasks.sources.source_file import CHUNK_BYTES


class ReadAhead:
    """Chunks of `stream`, forward only; an error of reading is raised in place of its chunk."""

    def __init__(self, stream: Any, source: Any, thread: ThreadPoolExecutor) -> None:
        """Read `stream`, the expanded form of `source`, in `thread`, which has one worker."""
        self._stream, self._source, self._thread = stream, source, thread
        self._at = 0
        self._next: Future[tuple[bytes, int]] = thread.submit(self._read)

    def _read(self) -> tuple[bytes, int]:
        return bytes(self._stream.read(CHUNK_BYTES)), self._source.tell()

    def read(self, _count: int) -> bytes:
        """Return the next chunk, of CHUNK_BYTES at most; nothing at the end."""
        chunk, self._at = self._next.result()
        if chunk:
            self._next = self._thread.submit(self._read)
        return chunk

    def tell(self) -> int:
        """Return how many bytes of the source were read for the chunks that were returned."""
        return self._at


@contextmanager
def read_ahead(stream: Any, source: Any) -> Iterator[ReadAhead]:
    """Read ahead until the block ends."""
    with ThreadPoolExecutor(1) as thread:
        yield ReadAhead(stream, source, thread)
