"""Opening the URI of a storage root; the same root has one path, however it is spelt."""

import errno
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyarrow import fs

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.config.local_path import THREE_SLASHES, is_file_uri, is_utf8, local_path
from nocturne.schemas.errors import StorageError, StoreUnavailableError
from nocturne.tasks.storage.file_names import visible
from nocturne.tasks.storage.retry import DEFAULT, FIRST_CONTACT, storage_errors, with_retries

Opened = tuple[fs.FileSystem, str]
FIRST_ANSWER_SECONDS = 10.0

_answered: set[str] = set()  # the roots that this process has reached


def open_filesystem(uri: str, *, create: bool | None) -> tuple[fs.FileSystem, str]:
    """Return the file system of `uri` and the path inside it, a folder made if `create`.

    If `create` is None the folder may be missing and is not made. The path is the same however
    the root is spelled: without `..`, symbolic links, doubled or trailing slashes. Raises
    StorageError if the folder is missing, not a folder or cannot be made, StoreUnavailableError if
    a store does not answer.
    """
    if (local := local_path(uri)) is not None:
        with storage_errors("open storage root", visible(uri)):
            filesystem, base = fs.LocalFileSystem(), _local_base(uri, local)
            _require_folder(filesystem, base, uri, create=create)
        return filesystem, base
    if is_file_uri(uri):
        raise StorageError(f"cannot open storage root {visible(uri)}: {THREE_SLASHES}")
    policy = DEFAULT if uri in _answered else FIRST_CONTACT

    def attempt() -> tuple[fs.FileSystem, str]:
        filesystem, path = _object_store(uri)
        base = "/".join(part for part in path.split("/") if part)
        _require_folder(filesystem, base, without_secrets(uri), create=create)
        return filesystem, base

    def first_attempt() -> tuple[fs.FileSystem, str]:
        return _answer_of(attempt, without_secrets(uri))

    call = attempt if uri in _answered else first_attempt
    opened = with_retries("open storage root", without_secrets(uri), call, policy)
    _answered.add(uri)
    return opened


def _local_base(uri: str, path: str) -> str:
    """Return the absolute path of a local root, links followed; StorageError if it is no path."""
    if path.startswith("~"):
        raise StorageError(
            f"cannot open storage root {visible(uri)}: there is no user "
            f"{visible(path)[1:].partition('/')[0]} with a "
            "home folder; write the path, or ./~name for a folder of that name"
        )
    if not is_utf8(path):
        raise StorageError(
            f"cannot open storage root {visible(path)}: its path is not UTF-8; rename the folder"
        )
    if not path or "\0" in path:
        raise StorageError(f"cannot open storage root {uri!r}: that is no path; check --root")
    try:
        return str(Path(path).resolve())
    except RuntimeError as error:  # links that lead to each other
        raise OSError(errno.ELOOP, "") from error


def _answer_of(attempt: Callable[[], Opened], display_name: str) -> Opened:
    """Return `attempt()`; StoreUnavailableError if a store does not answer in time.

    Without a network Google's client looks for credentials for many minutes, whatever its limits:
    so it runs in a thread, which is abandoned.
    """
    answer: Future[Opened] = Future()

    def ask() -> None:
        try:
            answer.set_result(attempt())
        except BaseException as error:  # raised in the thread that waits
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(FIRST_ANSWER_SECONDS)
    except TimeoutError as error:
        if answer.done():
            raise  # it is the error of the store itself
        raise StoreUnavailableError(
            f"cannot open storage root {display_name}: no answer in {FIRST_ANSWER_SECONDS:g} "
            "seconds; check the network, the store's address and its credentials"
        ) from error


def _object_store(uri: str) -> tuple[fs.FileSystem, str]:
    """Open an object store without retries of its own: with_retries has one policy for all."""
    filesystem, path = fs.FileSystem.from_uri(uri)
    options = store_options(filesystem)
    if isinstance(filesystem, fs.S3FileSystem):
        once = fs.AwsStandardS3RetryStrategy(max_attempts=1)
        return fs.S3FileSystem(**options, retry_strategy=once), path
    if isinstance(filesystem, fs.GcsFileSystem):
        # Its client has its own retries, which would last a quarter of an hour.
        options.setdefault("retry_time_limit", timedelta(seconds=60))
        return fs.GcsFileSystem(**options), path
    return filesystem, path


def store_options(filesystem: fs.FileSystem) -> dict[str, Any]:
    """Return the options that pyarrow read from a store's URI, as its constructor takes them.

    They are taken from the pickled form, since the file systems have no attributes for them.
    """
    if not isinstance(filesystem, fs.S3FileSystem | fs.GcsFileSystem):
        return {}
    options: dict[str, Any] = filesystem.__reduce__()[1][0]
    options.pop("proxy_options", None)  # never part of a URI; its empty form is refused
    return {name: value for name, value in options.items() if value not in ("", None, -1.0)}


def _require_folder(
    filesystem: fs.FileSystem, base: str, display_name: str, *, create: bool | None
) -> None:
    kind = filesystem.get_file_info(base).type
    if kind == fs.FileType.NotFound and create is False:
        raise StorageError(
            f"no storage root at {visible(display_name)}: check --root, or ingest into it first"
        )
    if kind == fs.FileType.File:
        raise NotADirectoryError(errno.ENOTDIR, "")
    if kind == fs.FileType.NotFound and create:
        try:
            filesystem.create_dir(base, recursive=True)
        except FileNotFoundError as error:  # /proc and the like refuse a new folder so
            raise PermissionError(errno.EACCES, "") from error
