"""A storage root: one URI, opened with pyarrow.fs; every write is atomic.

On a local disk a file is written aside, flushed and renamed; an object store gets the whole
file in one put. Readers therefore see the old file or the new one, never a half.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from nocturne.schemas.config.credentials import without_secrets
from nocturne.tasks.storage.conditional import conditional_store, update_object
from nocturne.tasks.storage.layout import lock_path
from nocturne.tasks.storage.location import open_filesystem, store_options
from nocturne.tasks.storage.locking.file_lock import FileLock
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.locking.leases import require_leases
from nocturne.tasks.storage.retry import storage_errors, with_retries
from nocturne.tasks.storage.store_file import StoreFile
from nocturne.tasks.storage.temporary import clear_unheld, temporary_folder, unfinished_file

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
        return cls(uri, filesystem, base)

    @property
    def is_local(self) -> bool:
        """Whether files lie on this machine's own file system."""
        return isinstance(self.filesystem, fs.LocalFileSystem)

    @property
    def key(self) -> str:
        """What names this root alone, however its URI spells it: without secrets and options."""
        if self.is_local:
            return self.base
        options = store_options(self.filesystem)
        endpoint = str(options.get("endpoint_override", "")).rpartition("://")[2]
        return f"{self.filesystem.type_name}://{endpoint}/{self.base}"

    def full(self, path: str) -> str:
        """Return `path` as the underlying file system spells it."""
        return f"{self.base}/{path}" if path else self.base

    def object_key(self, path: str) -> str:
        """Return `path` as an object store's own programs spell it inside the bucket."""
        return self.full(path).partition("/")[2]

    def display_path(self, path: str) -> str:
        """Return `path` as a person would open it."""
        return self.full(path) if self.is_local else f"{without_secrets(self.uri)}/{path}"

    def exists(self, path: str) -> bool:
        """Whether a file or folder is at `path`."""
        return bool(self._info(path).type != fs.FileType.NotFound)

    def size(self, path: str) -> int:
        """Size of the file at `path`, in bytes; FileNotFoundError if there is none."""
        info = self._info(path)
        if info.type != fs.FileType.File:
            raise FileNotFoundError(self.display_path(path))
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

    def entries(self, path: str) -> list[fs.FileInfo]:
        """Return what lies directly under `path`, hidden files too; [] if it is missing."""
        return self._list(path, recursive=False)

    def sizes(self, path: str) -> dict[str, int]:
        """Return the bytes of every file directly under `path`, by name; {} if it is missing."""
        return {f.base_name: int(f.size) for f in self.entries(path) if f.type == fs.FileType.File}

    def modified(self, paths: Sequence[str]) -> list[float]:
        """Return when each file was last written, in seconds since 1970; 0 for a missing one."""
        full = [self.full(path) for path in paths]
        call = partial(self.filesystem.get_file_info, full)
        found = with_retries("look at", self.display_path(""), call) if full else []
        return [(i.mtime_ns or 0) / 1e9 if i.type == fs.FileType.File else 0.0 for i in found]

    def delete(self, path: str) -> None:
        """Delete the file or folder at `path`, if there is one."""

        def attempt() -> None:
            info = self.filesystem.get_file_info(self.full(path))
            with suppress(FileNotFoundError):  # an attempt whose answer was lost deleted it
                if info.type == fs.FileType.Directory:
                    self.filesystem.delete_dir(info.path)
                elif info.type == fs.FileType.File:
                    self.filesystem.delete_file(info.path)

        require_leases(self.key)
        with_retries("delete", self.display_path(path), attempt)

    def move(self, path: str, target: str) -> None:
        """Give the file at `path` another name, in place of what is there.

        FileNotFoundError if there is none. An object store copies it, then deletes the old one.
        """
        size = self.size(path)

        def attempt() -> None:
            info = self.filesystem.get_file_info([self.full(path), self.full(target)])
            if info[0].type == fs.FileType.NotFound and info[1].size == size:
                return  # an attempt whose answer was lost moved it
            if not isinstance(self.filesystem, fs.S3FileSystem):
                folder = self.full(target).rpartition("/")[0]
                self.filesystem.create_dir(folder, recursive=True)
            self.filesystem.move(self.full(path), self.full(target))

        require_leases(self.key)
        with_retries("move", self.display_path(path), attempt)

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Open a stream whose bytes appear at `path` at once, when the block ends well."""
        final = self.full(path)
        folder = final.rpartition("/")[0]
        with storage_errors("write", self.display_path(path)), ExitStack() as stack:
            if self.is_local:
                self.filesystem.create_dir(folder, recursive=True)
            # An object store's half-written stream would be published on closing: so aside first.
            place = folder if self.is_local else stack.enter_context(temporary_folder())
            aside = Path(place, f".tmp-{uuid.uuid4().hex}")
            stack.callback(aside.unlink, missing_ok=True)
            with unfinished_file(aside) as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            self._publish(aside, path)

    def _publish(self, aside: Path, path: str) -> None:
        """Give a finished local file its name in the root."""
        require_leases(self.key)
        final = self.full(path)
        if self.is_local:
            aside.replace(final)
            return

        def attempt() -> None:
            if isinstance(self.filesystem, fs.S3FileSystem):
                conditional_store(self.uri).upload(self.object_key(path), aside)
                return
            self.filesystem.create_dir(final.rpartition("/")[0], recursive=True)
            fs.copy_files(str(aside), final, fs.LocalFileSystem(), self.filesystem)

        with_retries("write", self.display_path(path), attempt)

    def write_bytes(self, path: str, content: bytes) -> None:
        """Write a whole file, atomically."""
        with self.writing(path) as stream:
            stream.write(content)

    def read_bytes(self, path: str) -> bytes:
        """Read a whole file; FileNotFoundError if there is none."""

        def attempt() -> bytes:
            with self.filesystem.open_input_stream(self.full(path), compression=None) as stream:
                return bytes(stream.read())

        return with_retries("read", self.display_path(path), attempt)

    @contextmanager
    def reading(self, path: str) -> Iterator[Any]:
        """Open a file for reading at any place, a part at a time; FileNotFoundError if missing."""
        shown = self.display_path(path)
        opened = with_retries(
            "read", shown, lambda: self.filesystem.open_input_file(self.full(path))
        )
        with opened if self.is_local else StoreFile(opened, shown) as stream:
            yield stream

    def update(self, path: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """Replace a whole file by `change` of its content (None if missing); return the new one.

        No update of another process is lost, on whatever machine: `change` is called again on
        what another wrote in between.
        """
        if not self.is_local:
            require_leases(self.key)
            return update_object(
                conditional_store(self.uri), self.object_key(path), self.display_path(path), change
            )
        lock = FileLock(Path(self.full(lock_path(f"{quote(path, safe='')}.update"))))
        with (
            storage_errors("update", self.display_path(path)),
            lock.waiting(Holder.current(f"update {path}")),
        ):
            clear_unheld(Path(self.full(path)).parent, ".tmp-*")
            before = self.read_bytes(path) if self.exists(path) else None
            content = change(before)
            self.write_bytes(path, content)
        return content

    def clear_unfinished(self, path: str) -> None:
        """Delete what killed writers left aside under `path`; none may be at work there."""
        start = len(self.base) + 1
        paths = (f.path[start:].partition("/.tmp-") for f in self._list(path, recursive=True))
        asides = {f"{head}{mark}{rest.partition('/')[0]}" for head, mark, rest in paths if mark}
        for aside in sorted(asides):
            self.delete(aside)

    def _info(self, path: str) -> Any:
        call = partial(self.filesystem.get_file_info, self.full(path))
        return with_retries("look at", self.display_path(path), call)

    def _list(self, path: str, recursive: bool) -> list[Any]:
        selector = fs.FileSelector(self.full(path), allow_not_found=True, recursive=recursive)
        return with_retries(
            "list", self.display_path(path), lambda: self.filesystem.get_file_info(selector)
        )

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

        def attempt() -> pa.Table:
            with self.filesystem.open_input_file(self.full(path)) as stream:
                return pq.read_table(stream, columns=columns)

        return with_retries("read", self.display_path(path), attempt)
