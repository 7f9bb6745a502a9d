"""A file of an object store, opened for reading at any place."""

import io
from typing import Any

from nocturne.tasks.storage.retry import with_retries


class StoreFile(io.RawIOBase):
    """pyarrow's file of an object store; reads are retried as those of Root are.

    Raises StorageError; `display_name` is the file's name in messages.
    """

    def __init__(self, file: Any, display_name: str) -> None:
        super().__init__()
        self._file, self._shown = file, display_name
        self._size = int(file.size())
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the current position, as far as the file goes."""
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._position))
        if not wanted:
            return 0
        content = with_retries(
            "read", self._shown, lambda: self._file.read_at(wanted, self._position)
        )
        view[: len(content)] = content
        self._position += len(content)
        return len(content)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
