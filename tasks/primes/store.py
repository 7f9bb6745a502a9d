"""Keep primes in the storage root, under the SHA-256 of their bytes: runs can be made again."""

import time
from datetime import UTC, datetime

from nocturne.schemas.samples.primes import UploadedPrime
from nocturne.tasks.primes.find import PrimeFile, find_prime
from nocturne.tasks.primes.prime import Prime
from nocturne.tasks.primes.read import read_primes
from nocturne.tasks.storage.layout import prime_path, prime_record_path
from nocturne.tasks.storage.root import Root


def keep_prime(root: Root, file: PrimeFile) -> None:
    """Write the bytes of a prime into the root, also where they are: a tidy then spares them."""
    root.write_bytes(prime_path(file.sha256), file.content)


def upload_prime(root: Root, name: str) -> UploadedPrime:
    """Keep the song that `name` stands for and record it under its file's name; return the record.

    SamplesError for a song that cannot be continued. The record is written last: it completes
    the upload.
    """
    file = find_prime(root, name)
    (prime,) = read_primes([file])
    record = _record(prime)
    keep_prime(root, file)
    content = record.model_dump_json(indent=2).encode()
    root.write_bytes(prime_record_path(file.sha256), content)
    return record


def _record(prime: Prime) -> UploadedPrime:
    return UploadedPrime(
        name=prime.name,
        sha256=prime.sha256,
        bytes=prime.size,
        uploaded=datetime.fromtimestamp(time.time(), UTC),
        notes=len(prime.notes),
        bars=prime.bars,
        tempo=prime.tempo,
        tracks=prime.tracks,
    )
