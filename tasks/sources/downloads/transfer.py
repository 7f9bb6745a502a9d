"""One HTTP file to one local file, through interruptions and faulty servers."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pydantic import ValidationError

from nocturne.schemas.errors import SourceError, StorageError, one_line
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.sources.downloads.remote_file import (
    RetryPolicy,
    Validators,
    display_url,
    open_client,
)


class _Unfinished(Exception):  # noqa: N818 - internal: means try again
    """The server did not send the whole file in this attempt."""


@contextmanager
def local_disk(where: str) -> Iterator[None]:
    """Turn an OSError of a local disk into a StorageError of one line."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise StorageError(
            f"cannot write {where}: {reason}; what was downloaded is kept, free some space or "
            "mend the folder and run again"
        ) from error


def transfer(
    url: str,
    part: Path,
    size: int | None = None,
    sha256: str | None = None,
    policy: RetryPolicy | None = None,
    progress: Progress = silent,
) -> Validators:
    """Download `url` into `part`, resuming after the bytes that `part` holds; progress in bytes.

    `size` is the expected number of bytes. With a known `sha256` a resume is allowed without
    validators, since the caller compares the hash. Raises SourceError when the attempts are used
    up.
    """
    policy = policy or RetryPolicy()
    failures, most_held = 0, 0
    limited = _limited(url, policy, progress)
    with open_client(policy) as client:
        while True:
            try:
                return _attempt(client, url, part, size, sha256 is not None, limited)
            except (httpx.UnsupportedProtocol, httpx.TooManyRedirects) as error:
                raise SourceError(f"cannot download {display_url(url)}: {error}") from error
            except (httpx.TransportError, _Unfinished) as error:
                held = _held(part)
                failures = 1 if held > most_held else failures + 1
                most_held = max(most_held, held)
                if failures >= policy.attempts:
                    raise _given_up(url, held, failures, error) from error
                policy.wait(failures)


def _limited(url: str, policy: RetryPolicy, progress: Progress) -> Progress:
    """Return `progress`, which raises SourceError if a download takes too long or is too large."""
    deadline = time.monotonic() + policy.total_seconds

    def report(done: float, total: float) -> None:
        if total > policy.largest_bytes:
            raise SourceError(
                f"{display_url(url)} has more than {policy.largest_bytes:,} bytes: not downloaded"
            )
        if time.monotonic() > deadline:
            raise SourceError(
                f"{display_url(url)} took longer than {policy.total_seconds:,.0f} seconds; "
                "what was downloaded is kept: run again to go on"
            )
        progress(done, total)

    return report


def _held(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _given_up(url: str, held: int, failures: int, error: Exception) -> SourceError:
    kept = f"; the first {held} bytes are kept" if held else ""
    detail = one_line(error)
    return SourceError(
        f"cannot download {display_url(url)}: {detail} ({failures} attempts){kept}; "
        "check the address and the network, then run again"
    )


def _validators(part: Path, url: str) -> Validators | None:
    """Return the validators of the bytes in `part`, if they came from `url`."""
    try:
        known = Validators.model_validate_json(Validators.beside(part).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return known if known.url_sha256 == hashlib.sha256(url.encode()).hexdigest() else None


def _attempt(
    client: httpx.Client, url: str, part: Path, size: int | None, pinned: bool, progress: Progress
) -> Validators:
    """Ask once, for the missing bytes only if possible; return when the file is complete."""
    held, known = _held(part), _validators(part, url)
    headers: dict[str, str] = {}
    if held and known and (known.strong or pinned):
        headers["Range"] = f"bytes={held}-"
        if known.strong:
            headers["If-Range"] = known.strong
    with client.stream("GET", url, headers=headers) as response:
        total = _total(response)
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and known:
            if held == total:
                return known
            part.unlink(missing_ok=True)
            raise _Unfinished("the bytes held do not fit the file at the server")
        _require_success(response, url)
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        if resumed and not response.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
            part.unlink(missing_ok=True)
            raise _Unfinished("the server sent another range than asked for")
        known = known if resumed and known else _remember(response, url, part)
        _receive(response, part, held if resumed else 0, size or total, progress)
    if (end := size or total) is not None and _held(part) < end:
        raise _Unfinished(f"it ended after {_held(part)} of {end} bytes")
    return known


def _total(response: httpx.Response) -> int | None:
    """Return the whole size of the file in bytes, as the server states it."""
    if ranged := re.fullmatch(r"bytes [^/]*/(\d+)", response.headers.get("Content-Range", "")):
        return int(ranged[1])
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdigit() and response.status_code == httpx.codes.OK else None


def _require_success(response: httpx.Response, url: str) -> None:
    code = response.status_code
    if code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT) or code >= 500:
        raise _Unfinished(f"the server answers {code} {response.reason_phrase}")
    if code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        raise SourceError(
            f"cannot download {display_url(url)}: the server answers {code} "
            f"{response.reason_phrase}; check the address"
        )


def _remember(response: httpx.Response, url: str, part: Path) -> Validators:
    """Store the validators of the response, before its first byte is written."""
    known = Validators(
        url_sha256=hashlib.sha256(url.encode()).hexdigest(),
        etag=response.headers.get("ETag"),
        last_modified=response.headers.get("Last-Modified"),
    )
    with local_disk(str(part)):
        part.unlink(missing_ok=True)
        Validators.beside(part).write_text(known.model_dump_json())
    return known


def _receive(
    response: httpx.Response, part: Path, start: int, expected: int | None, progress: Progress
) -> None:
    """Append the response's bytes to `part`, after `start` bytes; stop when there are too many."""
    done = start
    # httpx wraps errors of the network, so that an OSError here is one of the disk.
    with local_disk(str(part)), part.open("ab" if start else "wb", buffering=1 << 16) as stream:
        for chunk in response.iter_raw():
            stream.write(chunk)
            done += len(chunk)
            progress(done, max(expected or done, done))
            if expected is not None and done > expected:
                break
        stream.flush()
        os.fsync(stream.fileno())
