"""Primes: songs that runs of samples continue, and songs that were uploaded to be continued."""

from collections.abc import Iterator

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import BusyError, SamplesError
from nocturne.schemas.upkeep import Removal, Stays
from nocturne.tasks.primes.request import prime_names
from nocturne.tasks.primes.uploads import find_uploaded
from nocturne.tasks.samples.check import read_run
from nocturne.tasks.storage.layout import (
    PRIME_FILE,
    PRIME_RECORD,
    PRIMES,
    REQUEST_FILE,
    RUN_FILE,
    SAMPLES,
    prime_path,
    prime_record_path,
)
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.measure import Measured


def kept_primes(root: Root) -> list[str]:
    """Return the digests of the songs whose bytes lie in the root, sorted."""
    return [_digest(path, PRIME_FILE) for path in root.files(PRIMES, PRIME_FILE)]


def continued_by(root: Root) -> dict[str, str]:
    """Return for the digest of each song that runs continue the name of one such run."""
    found: dict[str, str] = {}
    for name in root.folders(SAMPLES):
        for file in (RUN_FILE, REQUEST_FILE):
            if run := read_run(root, name, file):
                found |= dict.fromkeys(prime_names(run.config), name)
    return found


def find_primes(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield the songs that nobody uploaded and no run continues any more.

    They stay for `leftover_days` after their last use; `now` is in seconds since 1970.
    """
    uploaded = {_digest(path, PRIME_RECORD) for path in root.files(PRIMES, PRIME_RECORD)}
    unnamed = [digest for digest in kept_primes(root) if digest not in uploaded]
    needed = continued_by(root) if unnamed else {}
    for digest in unnamed:
        measured = _measured(root, digest)
        if digest not in needed and measured.is_older(config.leftover_days, now):
            yield prime_removal(digest, measured, "no run continues it any more")


def remove_primes(root: Root, config: TidyConfig, now: float) -> Iterator[Removal | Stays]:
    """Delete what `find_primes` yields."""
    for removal in list(find_primes(root, config, now)):
        try:
            with deleting(root, removal.path):
                if removal not in list(find_primes(root, config, now)):
                    continue  # a run has begun meanwhile
                root.delete(removal.path)
        except BusyError as busy:
            yield Stays(kind="prime", name=removal.name, why=str(busy))
            continue
        yield removal


def named_prime(root: Root, name: str) -> Removal:
    """Return the removal of an uploaded song.

    SamplesError if there is none of that name, or a run continues it.
    """
    record = find_uploaded(root, name)
    if record is None:
        raise SamplesError(
            f"no prime {name} under {root.display_path(PRIMES)}: nocturne prime lists them"
        )
    if run := continued_by(root).get(record.sha256):
        raise SamplesError(
            f"prime {name} stays: run {run} continues it; delete that run first with nocturne "
            "delete samples"
        )
    return prime_removal(record.sha256, _measured(root, record.sha256), "asked for")


def delete_prime(root: Root, removal: Removal) -> Removal:
    """Delete a song, its record first; BusyError if a running process needs it."""
    with deleting(root, removal.path):
        root.delete(prime_record_path(removal.name))
        root.delete(removal.path)
    return removal


def prime_removal(digest: str, measured: Measured, reason: str) -> Removal:
    """Return the removal of a song's bytes."""
    return Removal(
        kind="prime",
        name=digest,
        path=prime_path(digest),
        files=measured.files,
        bytes=measured.bytes,
        reason=reason,
    )


def _measured(root: Root, digest: str) -> Measured:
    """Measure the bytes of a song; zeros if they are gone."""
    path = prime_path(digest)
    (newest,) = root.modified([path])
    return Measured(1, root.size(path), newest) if newest else Measured(0, 0, 0.0)


def _digest(path: str, suffix: str) -> str:
    return path.rpartition("/")[2].removesuffix(suffix)
