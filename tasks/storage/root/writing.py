"""Writing a storage root: every file appears whole, or not at all.

On a local disk a file is written under a temporary name, flushed and renamed; an object store gets
the whole file in one request. Readers see the old file or the new one, never a half.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from nocturne.tasks.storage.conditional import conditional_store, update_object
from nocturne.tasks.storage.layout import UNFINISHED, lock_path
from nocturne.tasks.storage.locking.file_lock import FileLock
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.locking.leases import require_leases
from nocturne.tasks.storage.retry import storage_errors, with_retries
from nocturne.tasks.storage.root.reading import RootReading
from nocturne.tasks.storage.root.written import count_written
from nocturne.tasks.storage.temporary import clear_unheld, temporary_folder, unfinished_file

COMPRESSION = "zstd"


class Root(RootReading):
    """A storage root that can be read and written."""

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Open a stream; its bytes appear at `path` in one step, unless the block raises."""
        final = self.full(path)
        folder = final.rpartition("/")[0]
        with storage_errors("write", self.display_path(path)), ExitStack() as stack:
            if self.is_local:
                self.filesystem.create_dir(folder, recursive=True)
            # Closing a half-written stream of an object store publishes it: so to a local file.
            place = folder if self.is_local else stack.enter_context(temporary_folder())
            tmp_path = Path(place, f"{UNFINISHED}{uuid.uuid4().hex}")
            stack.callback(tmp_path.unlink, missing_ok=True)
            with unfinished_file(tmp_path) as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            size = tmp_path.stat().st_size
            self._publish(tmp_path, path)
            count_written(size)

    def _publish(self, tmp_path: Path, path: str) -> None:
        """Move a finished local file to `path` in the root."""
        require_leases(self.key)
        final = self.full(path)
        if self.is_local:
            tmp_path.replace(final)
            return

        def attempt() -> None:
            if isinstance(self.filesystem, fs.S3FileSystem):
                conditional_store(self.uri).upload(self.object_key(path), tmp_path)
                return
            self.filesystem.create_dir(final.rpartition("/")[0], recursive=True)
            fs.copy_files(str(tmp_path), final, fs.LocalFileSystem(), self.filesystem)

        with_retries("write", self.display_path(path), attempt)

    def write_bytes(self, path: str, content: bytes) -> None:
        """Write a whole file, atomically."""
        with self.writing(path) as stream:
            stream.write(content)

    def write_json(self, path: str, value: Any) -> None:
        """Write `value` as indented JSON, atomically."""
        self.write_bytes(path, (json.dumps(value, indent=2) + "\n").encode())

    def write_table(self, path: str, table: pa.Table, **options: Any) -> None:
        """Write one Parquet file, atomically."""
        with self.writing(path) as stream:
            pq.write_table(table, stream, **{"compression": COMPRESSION, **options})

    def update(self, path: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """Replace a whole file by `change` of its content (None if missing); return the new one.

        No update by another process is lost, on whatever machine: if another process has written
        meanwhile, `change` is called again on the new content.
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
            clear_unheld(Path(self.full(path)).parent, f"{UNFINISHED}*")
            before = self.read_bytes(path) if self.exists(path) else None
            content = change(before)
            self.write_bytes(path, content)
        return content

    def move(self, path: str, target: str) -> None:
        """Move the file at `path` to `target`, replacing a file there.

        FileNotFoundError if there is none. An object store copies it, then deletes the old one.
        """
        size = self.size(path)

        def attempt() -> None:
            info = self.filesystem.get_file_info([self.full(path), self.full(target)])
            if info[0].type == fs.FileType.NotFound and info[1].size == size:
                return  # moved by an attempt whose answer was lost
            if not isinstance(self.filesystem, fs.S3FileSystem):
                folder = self.full(target).rpartition("/")[0]
                self.filesystem.create_dir(folder, recursive=True)
            self.filesystem.move(self.full(path), self.full(target))

        require_leases(self.key)
        with_retries("move", self.display_path(path), attempt)

    def delete(self, path: str) -> None:
        """Delete the file or folder at `path`, if there is one."""

        def attempt() -> None:
            info = self.filesystem.get_file_info(self.full(path))
            with suppress(FileNotFoundError):  # deleted by an attempt whose answer was lost
                if isinstance(self.filesystem, fs.S3FileSystem):
                    info = self._delete_objects(path, info)
                if info.type == fs.FileType.Directory:
                    self.filesystem.delete_dir(info.path)
                elif info.type == fs.FileType.File:
                    self.filesystem.delete_file(info.path)

        require_leases(self.key)
        with_retries("delete", self.display_path(path), attempt)

    def _delete_objects(self, path: str, info: fs.FileInfo) -> fs.FileInfo:
        """Delete the objects at or under `path`; return what is there still.

        pyarrow's file system would write an empty object in the place of the folder above. What
        only it can delete are such objects of earlier versions, whose names end with a slash.
        """
        if info.type == fs.FileType.NotFound:
            return info
        files = [info] if info.type == fs.FileType.File else self.all_files(path)
        if files:
            keys = [file.path.partition("/")[2] for file in files]
            conditional_store(self.uri).delete(keys)
        return self.filesystem.get_file_info(info.path)

    def clear_unfinished(self, path: str) -> None:
        """Delete the unfinished files of killed writers under `path`; no writer may be at work."""
        start, found = len(self.base) + 1, self._list(path, recursive=True)
        paths = (info.path[start:].partition(f"/{UNFINISHED}") for info in found)
        unfinished = {f"{head}{mark}{rest.partition('/')[0]}" for head, mark, rest in paths if mark}
        for tmp_path in sorted(unfinished):
            self.delete(tmp_path)
