"""A file at a URL: the HTTP client, its file name, and whether the file has changed."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx
from pydantic import BaseModel

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import SourceError, one_line
from nocturne.schemas.raw import DownloadRecord
from nocturne.tasks.sources.downloads.address import web_address
from nocturne.tasks.sources.downloads.redirects import refuse_unsafe_redirect
from nocturne.tasks.storage.file_names import visible

SCHEMES = ("http", "https")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a download is tried. Only attempts without new bytes count."""

    attempts: int = 6
    backoff_seconds: float = 1.0  # doubles with every failure
    longest_wait_seconds: float = 30.0
    timeout_seconds: float = 30.0  # without a single byte
    total_seconds: float = 24 * 3600.0  # of one download, all attempts together
    largest_bytes: int = 100 * 10**9  # of one file

    def wait(self, failures: int) -> None:
        """Sleep after the given number of failures in a row."""
        time.sleep(min(self.backoff_seconds * 2.0 ** (failures - 1), self.longest_wait_seconds))


class Validators(BaseModel):
    """ETag and date of the file at a URL, which show whether it is still the same."""

    url_sha256: str = ""
    etag: str | None = None
    last_modified: str | None = None

    @staticmethod
    def beside(part: Path) -> Path:
        """Return the path where the validators of a .part are kept."""
        return part.with_name(f"{part.name}.json")

    @classmethod
    def of(cls, record: DownloadRecord) -> "Validators":
        """Return the validators of a finished download."""
        return cls.model_validate(record.model_dump(include=set(cls.model_fields)))

    @property
    def strong(self) -> str | None:
        """The value for If-Range: the strong ETag, or else the date."""
        weak = self.etag is None or self.etag.startswith("W/")
        return self.last_modified if weak else self.etag


def display_url(url: str) -> str:
    """Return `url` without user, password and query, for messages and records."""
    return str(httpx.URL(url).copy_with(userinfo=b"", query=None, fragment=None))


def require_url(url: str) -> str:
    """Return `url`; SourceError if it is no http(s) address."""
    parsed = web_address(url)
    if parsed is None or parsed.scheme not in SCHEMES or not parsed.host or "%" in parsed.host:
        raise SourceError(
            f"{visible(without_secrets(url))} is not an address that can be downloaded; check it"
        )
    return url


def open_client(policy: RetryPolicy) -> httpx.Client:
    """Return an HTTP client, which asks for files uncompressed: their hashes are of that form."""
    return httpx.Client(
        timeout=policy.timeout_seconds,
        follow_redirects=True,
        event_hooks={"response": [refuse_unsafe_redirect]},
        headers={"Accept-Encoding": "identity", "User-Agent": "nocturne-midi"},
    )


class Freshness(NamedTuple):
    """Whether the server's file may differ from the copy that was downloaded before."""

    may_have_changed: bool
    trouble: str = ""  # why the server could not be asked, if so


def freshness(url: str, known: Validators, policy: RetryPolicy) -> Freshness:
    """Ask the server whether the file has changed; without validators it may always have."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    conditions = {name: value for name, value in headers.items() if value}
    try:
        with (
            open_client(policy) as client,
            client.stream("GET", url, headers=conditions) as response,
        ):
            code = response.status_code
    except httpx.HTTPError as error:
        return Freshness(False, one_line(error))
    if code == httpx.codes.NOT_MODIFIED:
        return Freshness(False)
    if code == httpx.codes.OK:
        return Freshness(True)
    return Freshness(False, f"the server answers {code} {response.reason_phrase}")


def name_of(url: str) -> str:
    """Return a safe file name for the file at `url`."""
    last = httpx.URL(url).path.rpartition("/")[2]
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in last)
    return kept.strip(".")[-100:] or "archive"
