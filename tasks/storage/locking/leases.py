"""A lock on an object store: an object that its holder rewrites every few seconds.

Clocks of different machines are not compared: a process takes over a lease only after it has
itself seen the object unchanged for LEASE_SECONDS. A holder that could not renew its lease for most
of that time counts it as lost, and writes nothing more.
"""

import json
import random
import threading
import time
import uuid
from contextlib import suppress
from functools import partial

from nocturne.schemas.errors import BusyError, StorageError
from nocturne.tasks.storage.conditional import ConditionalStore, ConflictError, Version
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.retry import ONCE, RetryPolicy, with_retries

LEASE_SECONDS = 60.0
RENEW_SECONDS = 5.0
FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0  # seconds between two reads of another's lease
LOST_AFTER = 0.8  # share of LEASE_SECONDS without a renewal

_held: dict[str, list["Lease"]] = {}  # by storage root, of this process
_registry = threading.Lock()


def require_leases(root_key: str) -> None:
    """Raise BusyError if this process lost a lease on the root: another may be writing there."""
    for lease in tuple(_held.get(root_key, ())):
        lease.require()


def _now() -> float:
    """Return a clock in seconds that counts the sleep of the machine, if the system has one."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class Lease:
    """The lease at `key` of a store, for the storage root `root_key`."""

    def __init__(self, store: ConditionalStore, key: str, root_key: str, display_name: str) -> None:
        self._store, self._key, self._root_key, self._shown = store, key, root_key, display_name
        self._token = uuid.uuid4().hex
        self._renewals = 0
        self._version: Version = {}
        self._renewed = 0.0
        self._lost = False
        self._ended = threading.Event()

    def acquire(self, holder: Holder) -> Holder | bytes | None:
        """Take the lease and return None, or return the present holder (bytes: an unreadable one).

        It lasts until the holder is seen to renew the lease, or LEASE_SECONDS if it never does.
        """
        self._holder = holder
        watched: Version | None = None
        since, wait = time.monotonic(), FIRST_WAIT
        while True:
            content, version = self._read()
            expired = version == watched and time.monotonic() - since >= LEASE_SECONDS
            if content is None or not content or expired:
                if self._take(version):
                    return None
                watched = None
            elif version != watched:
                if watched is not None or self._is_own_thread(content):
                    return Holder.parse(content) or content
                watched, since = version, time.monotonic()
            time.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            wait = min(2 * wait, LONGEST_WAIT)

    def release(self) -> None:
        """Free the lease; if the store does not answer, it expires by itself."""
        self._ended.set()
        self._thread.join()
        with _registry:
            _held[self._root_key].remove(self)
        if not self._lost:
            with suppress(StorageError):
                self._write(b"", RetryPolicy(total=10.0, total_unreachable=10.0))

    def require(self) -> None:
        """Raise BusyError if the lease is lost, or about to be."""
        if self._lost or _now() - self._renewed > LOST_AFTER * LEASE_SECONDS:
            raise BusyError(
                f"{self._holder.work} lost its lock at {self._shown}: the store did not answer "
                "for too long, and another process may have taken over; run this again"
            )

    def _is_own_thread(self, content: bytes) -> bool:
        holder = Holder.parse(content)
        return holder is not None and holder.is_this_thread()

    def _read(self, policy: RetryPolicy | None = None) -> tuple[bytes | None, Version]:
        return with_retries("lock", self._shown, lambda: self._store.read(self._key), policy)

    def _write(self, content: bytes, policy: RetryPolicy | None = None) -> bool:
        """Replace the lease's content; False if another process holds the lease."""
        replace = partial(self._store.replace, self._key, content)
        while True:
            try:
                call = partial(replace, self._version)
                self._version = with_retries("lock", self._shown, call, policy)
            except ConflictError:
                current, self._version = self._read(policy)
                if self._token.encode() not in (current or b""):
                    return False
                if current != content:
                    continue  # an earlier write of this lease succeeded, and its answer was lost
            return True

    def _content(self) -> bytes:
        """Return the holder as JSON; the count of renewals gives each its own ETag."""
        renewal = {"token": self._token, "renewals": self._renewals}
        return json.dumps(self._holder.model_dump(mode="json") | renewal).encode()

    def _renew(self, policy: RetryPolicy | None = None) -> bool:
        """Write the lease again; False if another process holds it."""
        started = _now()
        self._renewals += 1
        if not self._write(self._content(), policy):
            return False
        self._renewed = started
        return True

    def _take(self, version: Version) -> bool:
        self._version = version
        if not self._renew():
            return False
        with _registry:
            _held.setdefault(self._root_key, []).append(self)
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()
        return True

    def _keep(self) -> None:
        """Renew the lease until it is released or lost."""
        while not self._ended.wait(RENEW_SECONDS):
            try:
                self._lost = not self._renew(ONCE)
            except StorageError:
                continue  # the store does not answer: `require` compares the time
            if self._lost:
                return
