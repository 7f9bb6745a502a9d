"""A storage root: one URI, opened with pyarrow.fs; every write is atomic.

On a local disk a file is written aside, flushed and renamed; an object store gets the whole
file in one put. Readers therefore see the old file or the new one, never a half.
"""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from tasks.storage.location import explained, open_filesystem, without_secrets

COMPRESSION = "zstd"


@dataclass(frozen=True)
class Root:
    """A storage root. Paths given to its methods are relative and use `/`."""

    uri: str
    filesystem: fs.FileSystem
    base: str

    @classmethod
    def open(cls, uri: str, *, create: bool = True) -> "Root":
        """Open `uri` (a path, file://, s3://, gs://), making a missing folder if `create`.

        Raises StorageError if the folder is missing, not a folder or cannot be made.
        """
        filesystem, base = open_filesystem(uri, create=create)
        return cls(uri, filesystem, base.rstrip("/"))

    @property
    def is_local(self) -> bool:
        """Whether files lie on this machine's own file system."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    def full(self, path: str) -> str:
        """Return `path` as the underlying file system spells it."""
        return f"{self.base}/{path}" if path else self.base

    def shown(self, path: str) -> str:
        """Return `path` as a person would open it."""
        return self.full(path) if self.is_local else f"{without_secrets(self.uri)}/{path}"

    def exists(self, path: str) -> bool:
        """Whether a file or folder is at `path`."""
        return bool(self.filesystem.get_file_info(self.full(path)).type != fs.FileType.NotFound)

    def size(self, path: str) -> int:
        """Size of the file at `path`, in bytes; FileNotFoundError if there is none."""
        info = self.filesystem.get_file_info(self.full(path))
        if info.type != fs.FileType.File:
            raise FileNotFoundError(self.shown(path))
        return int(info.size)

    def files(self, path: str, suffix: str = "", *, recursive: bool = False) -> list[str]:
        """Return the relative paths of the files under `path`, sorted; [] if it is missing."""
        paths = (f.path for f in self._list(path, recursive) if f.type == fs.FileType.File)
        start = len(self.base) + 1
        return sorted(p[start:] for p in paths if p.endswith(suffix) and "/.tmp-" not in p)

    def folders(self, path: str) -> list[str]:
        """Return the names of the folders directly under `path`, sorted; [] if missing."""
        found = self._list(path, recursive=False)
        return sorted(f.base_name for f in found if f.type == fs.FileType.Directory)

    def sizes(self, path: str) -> dict[str, int]:
        """Return the bytes of every file directly under `path`, by name; {} if it is missing."""
        found = self._list(path, recursive=False)
        return {f.base_name: int(f.size) for f in found if f.type == fs.FileType.File}

    def modified(self, path: str) -> float:
        """Return when the file at `path` was last written, in seconds since 1970; 0 if missing."""
        with explained("look at", self.shown(path)):
            info = self.filesystem.get_file_info(self.full(path))
        return float(info.mtime_ns or 0) / 1e9 if info.type == fs.FileType.File else 0.0

    def delete(self, path: str) -> None:
        """Delete the file or folder at `path`, if there is one."""
        info = self.filesystem.get_file_info(self.full(path))
        with explained("delete", self.shown(path)):
            if info.type == fs.FileType.Directory:
                self.filesystem.delete_dir(info.path)
            elif info.type == fs.FileType.File:
                self.filesystem.delete_file(info.path)

    def _list(self, path: str, recursive: bool) -> list[Any]:
        selector = fs.FileSelector(self.full(path), allow_not_found=True, recursive=recursive)
        with explained("list", self.shown(path)):
            return list(self.filesystem.get_file_info(selector))

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Open a stream whose bytes appear at `path` at once, when the block ends well."""
        final = self.full(path)
        folder = final.rpartition("/")[0]
        with explained("write", self.shown(path)), ExitStack() as stack:
            self.filesystem.create_dir(folder, recursive=True)
            # An object store's half-written stream would be published on closing: so aside first.
            scratch = folder if self.is_local else stack.enter_context(TemporaryDirectory())
            aside = Path(scratch, f".tmp-{uuid.uuid4().hex}")
            stack.callback(aside.unlink, missing_ok=True)
            with aside.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if self.is_local:
                aside.replace(final)
            else:
                fs.copy_files(str(aside), final, fs.LocalFileSystem(), self.filesystem)

    def write_bytes(self, path: str, content: bytes) -> None:
        """Write a whole file, atomically."""
        with self.writing(path) as stream:
            stream.write(content)

    def read_bytes(self, path: str) -> bytes:
        """Read a whole file; FileNotFoundError if there is none."""
        with (
            explained("read", self.shown(path)),
            self.filesystem.open_input_stream(self.full(path), compression=None) as stream,
        ):
            return bytes(stream.read())

    def write_json(self, path: str, value: Any) -> None:
        """Write `value` as indented JSON, atomically."""
        self.write_bytes(path, (json.dumps(value, indent=2) + "\n").encode())

    def read_json(self, path: str) -> Any:
        """Read a JSON file; FileNotFoundError if there is none."""
        return json.loads(self.read_bytes(path))

    def write_table(self, path: str, table: pa.Table, **options: Any) -> None:
        """Write one Parquet file, atomically."""
        with self.writing(path) as stream:
            pq.write_table(table, stream, **{"compression": COMPRESSION, **options})

    def read_table(self, path: str, columns: list[str] | None = None) -> pa.Table:
        """Read one Parquet file; FileNotFoundError if there is none."""
        with (
            explained("read", self.shown(path)),
            self.filesystem.open_input_file(self.full(path)) as stream,
        ):
            return pq.read_table(stream, columns=columns)
