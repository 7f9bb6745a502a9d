"""What lies in a storage root: names, sizes and times."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from pyarrow import fs

from nocturne.tasks.storage.layout import UNFINISHED
from nocturne.tasks.storage.retry import with_retries
from nocturne.tasks.storage.root.place import RootPlace


class RootListing(RootPlace):
    """A storage root whose files and folders can be listed."""

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
        return sorted(p[start:] for p in paths if p.endswith(suffix) and f"/{UNFINISHED}" not in p)

    def folders(self, path: str) -> list[str]:
        """Return the names of the folders directly under `path`, sorted; [] if missing."""
        entries = self._list(path, recursive=False)
        return sorted(f.base_name for f in entries if f.type == fs.FileType.Directory)

    def entries(self, path: str) -> list[fs.FileInfo]:
        """Return the files and folders directly under `path`, hidden too; [] if it is missing."""
        return self._list(path, recursive=False)

    def all_files(self, path: str) -> list[fs.FileInfo]:
        """Return every file under `path` at any depth, hidden too; [] if it is missing."""
        return [f for f in self._list(path, recursive=True) if f.type == fs.FileType.File]

    def sizes(self, path: str) -> dict[str, int]:
        """Return the bytes of every file directly under `path`, by name; {} if it is missing."""
        return {f.base_name: int(f.size) for f in self.entries(path) if f.type == fs.FileType.File}

    def modified(self, paths: Sequence[str]) -> list[float]:
        """Return when each file was last written, in seconds since 1970; 0 for a missing one."""
        full = [self.full(path) for path in paths]
        call = partial(self.filesystem.get_file_info, full)
        infos = with_retries("look at", self.display_path(""), call) if full else []
        return [(i.mtime_ns or 0) / 1e9 if i.type == fs.FileType.File else 0.0 for i in infos]

    def _info(self, path: str) -> Any:
        call = partial(self.filesystem.get_file_info, self.full(path))
        return with_retries("look at", self.display_path(path), call)

    def _list(self, path: str, recursive: bool) -> list[Any]:
        selector = fs.FileSelector(self.full(path), allow_not_found=True, recursive=recursive)
        return with_retries(
            "list", self.display_path(path), lambda: self.filesystem.get_file_info(selector)
        )
