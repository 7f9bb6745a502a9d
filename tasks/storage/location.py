"""Where a storage root is: opening its URI, and saying clearly why it cannot be used."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from schemas.errors import StorageError


@contextmanager
def explained(doing: str, where: str) -> Iterator[None]:
    """Turn an operating system's error into one clear line."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowInvalid) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else str(error)
        raise StorageError(
            f"cannot {doing} {where}: {reason.splitlines()[0]}; "
            "check that the storage root exists, is writable and has free space"
        ) from error


def open_filesystem(uri: str, *, create: bool) -> tuple[fs.FileSystem, str]:
    """Return the file system of `uri` and the path inside it, a folder made if `create`.

    Raises StorageError if the folder is missing, not a folder or cannot be made.
    """
    shown = without_secrets(uri)
    with explained("open storage root", shown):
        if "://" in uri:
            filesystem, base = fs.FileSystem.from_uri(uri)
        else:
            filesystem, base = fs.LocalFileSystem(), str(Path(uri).expanduser().absolute())
        kind = filesystem.get_file_info(base).type
        if kind == fs.FileType.NotFound and not create:
            raise StorageError(f"no storage root at {shown}: check --root, or ingest into it first")
        if kind == fs.FileType.File:
            raise NotADirectoryError(errno.ENOTDIR, "")
        if kind == fs.FileType.NotFound:
            _make(filesystem, base)
    return filesystem, base


def _make(filesystem: fs.FileSystem, base: str) -> None:
    try:
        filesystem.create_dir(base, recursive=True)
    except FileNotFoundError as error:  # how /proc and its like refuse a new folder
        raise PermissionError(errno.EACCES, "") from error


def without_secrets(uri: str) -> str:
    """Return `uri` without credentials and options, fit for messages and logs."""
    if "://" not in uri:
        return uri
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
