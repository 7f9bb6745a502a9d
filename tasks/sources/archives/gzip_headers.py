"""The names in the headers of a gzip file, which have a limit."""

from typing import Any

from nocturne.schemas.errors import SourceError

LONGEST_GZIP_NAME = 1 << 16


class BoundedHeaders:
    """A gzip file whose headers hold names of at most LONGEST_GZIP_NAME bytes.

    GzipFile reads the file name and the comment in a header byte by byte, however long they are.
    """

    def __init__(self, stream: Any, display_name: str) -> None:
        """Wrap `stream`, which GzipFile reads."""
        self._stream, self._display_name, self._bytes = stream, display_name, 0

    def read(self, count: int) -> bytes:
        """Return the next `count` bytes; SourceError in a name that is too long."""
        self._bytes = self._bytes + 1 if count == 1 else 0
        if self._bytes > LONGEST_GZIP_NAME:
            raise SourceError(
                f"{self._display_name} has a gzip header with a name of more than "
                f"{LONGEST_GZIP_NAME} bytes: not read"
            )
        content: bytes = self._stream.read(count)
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
