"""Errors of storage: temporary ones are retried with back-off, lasting ones are one line."""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from nocturne.schemas.errors import StorageError, StoreUnavailableError, one_line

Result = TypeVar("Result")

# The words of pyarrow's S3 and GCS clients and of obstore for an answer of 408, 429 or 5xx, and
# for a failing network. 501 is lasting: the store does not know the request.
TEMPORARY = re.compile(
    r"HTTP status (408|429|5(?!01)\d\d)|status code: (408|429|5(?!01)\d\d)"
    r"|AWS Error (SLOW_DOWN|INTERNAL_FAILURE|SERVICE_UNAVAILABLE|THROTTLING|REQUEST_TIMEOUT"
    r"|NETWORK_CONNECTION)"
    r"|HTTP error: |RequestTimeout: "
    r"|Status\((UNAVAILABLE|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|INTERNAL|ABORTED)"
)
LASTING = re.compile(r"curlCode: (3|51|58|60|77|83)\b|certificate", re.IGNORECASE)
# No answer at the address: the store restarts, or the endpoint is misspelt.
UNREACHABLE = re.compile(r"curlCode: [67]\b")


@dataclass(frozen=True)
class RetryPolicy:
    """How long an operation is retried, in seconds. Waits double and are jittered."""

    first_wait: float = 0.5
    longest_wait: float = 30.0
    total: float = 300.0
    total_unreachable: float = 300.0

    def seconds(self, error: Exception) -> float:
        """Return how long to go on after `error`."""
        return self.total_unreachable if UNREACHABLE.search(str(error)) else self.total


DEFAULT = RetryPolicy()
# For the first request of a process: a misspelt endpoint is reported soon.
FIRST_CONTACT = RetryPolicy(total_unreachable=6.0)
ONCE = RetryPolicy(total=0.0, total_unreachable=0.0)


def may_pass(error: Exception) -> bool:
    """Whether `error` of an object store or the network is temporary, and worth a retry."""
    text = str(error)
    return bool(TEMPORARY.search(text)) and not LASTING.search(text)


@contextmanager
def storage_errors(doing: str, where: str) -> Iterator[None]:
    """Turn an error of the operating system or of a store into a StorageError of one line.

    FileNotFoundError is raised as it is, a temporary error as StoreUnavailableError.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowInvalid) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else one_line(error)
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
    """Return `call()`, retried while its error is temporary and the policy's time lasts.

    Raises StorageError at once for a lasting error, StoreUnavailableError when the time is over.
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
