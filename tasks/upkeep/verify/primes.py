"""Primes: bytes by their SHA-256, records, and songs that runs continue and are gone."""

import hashlib
from collections.abc import Iterator
from functools import partial

from nocturne.tasks.primes.uploads import list_uploaded
from nocturne.tasks.storage.layout import PRIMES, prime_path, prime_record_path
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.primes import continued_by, kept_primes
from nocturne.tasks.upkeep.verify.found import Found, found

AGAIN = "put the song back with nocturne prime FILE"


def check_primes(root: Root) -> Iterator[Found]:
    """Yield what is wrong with the songs that samples continue."""
    kept = set()
    for digest in kept_primes(root):
        kept.add(digest)
        if hashlib.sha256(root.read_bytes(prime_path(digest))).hexdigest() != digest:
            yield found("prime", prime_path(digest), "is not what was kept", f"delete it; {AGAIN}")
    listed = list_uploaded(root)
    for problem in listed.problems:
        yield found("prime", PRIMES, problem, "see the problem")
    for record in listed.primes:
        if record.sha256 not in kept:
            path = prime_record_path(record.sha256)
            repair = partial(root.delete, path)
            yield found("prime", path, "the song itself is gone", "deletes the record", repair)
    for digest, run in continued_by(root).items():
        if digest not in kept:
            problem = f"is gone, and run {run} continues it: no more samples can be added"
            yield found("prime", prime_path(digest), problem, AGAIN)
