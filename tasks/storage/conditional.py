"""Conditional writes on S3 and GCS by obstore, since pyarrow.fs has none.

A write names the version that it replaces; the store refuses the write if the object has changed.
"""

import random
import re
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import httpx
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from pyarrow import fs

from nocturne.tasks.storage.buckets import gcs_bucket, s3_bucket
from nocturne.tasks.storage.location import open_filesystem, store_options
from nocturne.tasks.storage.retry import with_retries

Version = dict[str, str]  # the ETag or generation of one state of an object
UPLOAD_SECONDS = timedelta(hours=12)  # how long a signed address is valid
CONFLICT_SECONDS = 0.2  # longest wait before a refused update is tried again
SINGLE_PUT_BYTES = 5 << 30  # limit of S3 for one request


class ConflictError(Exception):
    """The object is not at the version that the write names."""


class ConditionalStore:
    """The objects of one bucket. Errors are OSErrors that name the HTTP status."""

    def __init__(self, filesystem: fs.FileSystem, bucket: str) -> None:
        options = store_options(filesystem)
        if isinstance(filesystem, fs.S3FileSystem):
            self._store: Any = s3_bucket(bucket, options, filesystem.region)
        elif isinstance(filesystem, fs.GcsFileSystem):
            self._store = gcs_bucket(bucket, options)
        else:
            raise OSError("locks are kept on a local disk, s3:// and gs:// alone")
        trusted = ssl.create_default_context(cafile=options.get("tls_ca_file_path"))
        self._http = httpx.Client(timeout=60, verify=trusted)

    def read(self, key: str) -> tuple[bytes | None, Version]:
        """Return an object's content and version; None if there is none."""
        try:
            with _as_os_errors():
                result = obstore.get(self._store, key)
                return bytes(result.bytes()), _version(result.meta)
        except FileNotFoundError:
            return None, {}

    def replace(self, key: str, content: bytes, version: Version) -> Version:
        """Write an object if it is still at `version` (empty: missing); return the new version.

        Raises ConflictError otherwise.
        """
        mode: Any = version or "create"
        try:
            with _as_os_errors():
                return _version(obstore.put(self._store, key, content, mode=mode))
        except FileNotFoundError as error:  # S3: the object or the bucket is gone
            raise OSError(str(error)) from error

    def upload(self, key: str, path: Path) -> None:
        """Write an object from a local file in one request: whole, or not at all."""
        size = path.stat().st_size
        if size > SINGLE_PUT_BYTES:
            raise OSError(f"{size} bytes are more than S3 takes in one request (5 GiB)")
        with _as_os_errors():
            url = obstore.sign(self._store, "PUT", key, UPLOAD_SECONDS)
        try:
            with path.open("rb") as stream:
                answer = self._http.put(url, content=stream, headers={"Content-Length": str(size)})
        except httpx.HTTPError as error:
            raise OSError(f"HTTP error: {error or type(error).__name__}") from error
        if not answer.is_success:
            raise OSError(f"HTTP status {answer.status_code}: {_message(answer.text)}")

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, a thousand in one request; missing ones are none the worse."""
        with suppress(FileNotFoundError), _as_os_errors():
            obstore.delete(self._store, list(keys))


def update_object(
    store: ConditionalStore, key: str, display_name: str, change: Callable[[bytes | None], bytes]
) -> bytes:
    """Replace an object by `change` of its content; no update by another process is lost."""

    def read() -> tuple[bytes | None, Version]:
        return with_retries("read", display_name, lambda: store.read(key))

    before, version = read()
    while True:
        content = change(before)
        try:
            with_retries("write", display_name, partial(store.replace, key, content, version))
        except ConflictError:
            before, version = read()
            if before != content:  # equal: this write succeeded, and its answer was lost
                time.sleep(random.uniform(0, CONFLICT_SECONDS))  # noqa: S311 - jitter
                before, version = read()
                continue
        return content


@lru_cache(maxsize=8)
def conditional_store(uri: str) -> ConditionalStore:
    """Return the store of a root's URI, opened once in a process."""
    filesystem, base = open_filesystem(uri, create=False)
    return ConditionalStore(filesystem, base.partition("/")[0])


def _version(facts: Any) -> Version:
    """Return the version in an answer: an ETag on S3, a generation on GCS."""
    return {name: facts[name] for name in ("e_tag", "version") if facts.get(name)}


def _message(text: str) -> str:
    """Return the text of an error with the store's own sentence in place of its XML."""
    start, _, xml = text.partition("<")
    error = re.search("<Code>(.*?)</Code>.*<Message>(.*?)</Message>", f"<{xml}", re.DOTALL)
    return f"{start}{error[1]}: {error[2]}" if error else text[:200]


@contextmanager
def _as_os_errors() -> Iterator[None]:
    try:
        yield
    except (AlreadyExistsError, PreconditionError) as error:
        raise ConflictError(str(error).partition("\n")[0]) from error
    except BaseError as error:
        if "status code: 409" in str(error):  # two conditional writes at the same moment
            raise ConflictError(str(error).partition("\n")[0]) from error
        raise OSError(_message(str(error).partition("\n\nDebug source")[0])) from error
