"""Trouble of storage: what may pass is tried again with back-off, what lasts is one line."""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from nocturne.schemas.errors import StorageError, StoreUnavailableError

Result = TypeVar("Result")

# How pyarrow's S3 and GCS clients and obstore word an answer of 408, 429 or 5xx, and a network
# that fails. 501 lasts: the store does not know the request.
PASSING = re.compile(
    r"HTTP status (408|429|5(?!01)\d\d)|status code: (408|429|5(?!01)\d\d)"
    r"|AWS Error (SLOW_DOWN|INTERNAL_FAILURE|SERVICE_UNAVAILABLE|THROTTLING|REQUEST_TIMEOUT"
    r"|NETWORK_CONNECTION)"
    r"|HTTP error: |RequestTimeout: "
    r"|Status\((UNAVAILABLE|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|INTERNAL|ABORTED)"
)
LASTING = re.compile(r"curlCode: (3|51|58|60|77|83)\b|certificate", re.IGNORECASE)
# An address that nobody answers at: a restart of the store, or a misspelt endpoint.
UNREACHABLE = re.compile(r"curlCode: [67]\b")


@dataclass(frozen=True)
class RetryPolicy:
    """How long an operation is tried again, in seconds. Waits double and are jittered."""

    first_wait: float = 0.5
    longest_wait: float = 30.0
    total: float = 300.0
    total_unreachable: float = 300.0

    def seconds(self, error: Exception) -> float:
        """Return for how long to go on after `error`."""
        return self.total_unreachable if UNREACHABLE.search(str(error)) else self.total


DEFAULT = RetryPolicy()
# The first contact of a process: a misspelt endpoint is said soon.
FIRST_CONTACT = RetryPolicy(total_unreachable=6.0)
ONCE = RetryPolicy(total=0.0, total_unreachable=0.0)


def may_pass(error: Exception) -> bool:
    """Whether `error` is trouble of an object store or the network that may pass by itself."""
    text = str(error)
    return bool(PASSING.search(text)) and not LASTING.search(text)


@contextmanager
def storage_errors(doing: str, where: str) -> Iterator[None]:
    """Turn an operating system's or a store's error into one clear line.

    FileNotFoundError stays what it is. Raises StoreUnavailableError for what may pass.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowInvalid) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else " ".join(str(error).split())
        if may_pass(error):
            raise StoreUnavailableError(
                f"cannot {doing} {where}: {reason}; the store did not recover in time: "
                "run this again when it answers"
            ) from error
        raise StorageError(
            f"cannot {doing} {where}: {reason}; "
            "check that the storage root exists, is writable and has free space"
        ) from error


def with_retries(
    doing: str, where: str, call: Callable[[], Result], policy: RetryPolicy | None = None
) -> Result:
    """Return `call()`, tried again while its error may pass and the policy's time lasts.

    Raises StorageError at once for lasting trouble, StoreUnavailableError when the time is over.
    """
    policy = policy or DEFAULT
    start, wait = time.monotonic(), policy.first_wait
    with storage_errors(doing, where):
        while True:
            try:
                return call()
            except OSError as error:
                left = start + policy.seconds(error) - time.monotonic()
                if left <= 0 or not may_pass(error):
                    raise
            time.sleep(min(left, wait * random.uniform(0.5, 1.0)))  # noqa: S311 - jitter
            wait = min(2 * wait, policy.longest_wait)
