"""Reading the files of a storage root."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.tasks.storage.layout import FORMAT_FILE
from nocturne.tasks.storage.retry import with_retries
from nocturne.tasks.storage.root.format import require_known_layout
from nocturne.tasks.storage.root.listing import RootListing
from nocturne.tasks.storage.store_file import StoreFile


class RootReading(RootListing):
    """A storage root whose files can be read."""

    @classmethod
    def open(cls, uri: str, *, create: bool | None = True) -> Self:
        """Open `uri` as RootPlace does; StorageError if a later version has written the root."""
        root = super().open(uri, create=create)
        require_known_layout(root.key, root.display_path(FORMAT_FILE), root._format)
        return root

    def _format(self) -> bytes | None:
        try:
            return self.read_bytes(FORMAT_FILE)
        except FileNotFoundError:
            return None

    def read_bytes(self, path: str) -> bytes:
        """Read a whole file; FileNotFoundError if there is none."""

        def attempt() -> bytes:
            with self.filesystem.open_input_stream(self.full(path), compression=None) as stream:
                return bytes(stream.read())

        return with_retries("read", self.display_path(path), attempt)

    @contextmanager
    def reading(self, path: str) -> Iterator[Any]:
        """Open a file for reading at any place, a part at a time; FileNotFoundError if missing."""
        display_name = self.display_path(path)
        opened = with_retries(
            "read", display_name, lambda: self.filesystem.open_input_file(self.full(path))
        )
        with opened if self.is_local else StoreFile(opened, display_name) as stream:
            yield stream

    def read_json(self, path: str) -> Any:
        """Read a JSON file; FileNotFoundError if there is none."""
        return json.loads(self.read_bytes(path))

    def read_table(self, path: str, columns: list[str] | None = None) -> pa.Table:
        """Read one Parquet file; FileNotFoundError if there is none."""

        def attempt() -> pa.Table:
            with self.filesystem.open_input_file(self.full(path)) as stream:
                return pq.read_table(stream, columns=columns)

        return with_retries("read", self.display_path(path), attempt)
