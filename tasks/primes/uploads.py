"""The songs that were uploaded to a storage root, by the names of their files."""

from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples.primes import PrimeList, UploadedPrime
from nocturne.tasks.storage.layout import PRIME_RECORD, PRIMES
from nocturne.tasks.storage.markers import find_marker
from nocturne.tasks.storage.root import Root

MEND = "delete it and upload the song again with nocturne prime FILE"
SHORTEST_DIGEST = 8  # digits that name a song


def list_uploaded(root: Root) -> PrimeList:
    """Return the uploaded songs, the newest first, and which records are damaged."""
    found: list[UploadedPrime] = []
    problems: list[str] = []
    for path in root.files(PRIMES, PRIME_RECORD):
        try:
            record = find_marker(root, [path], UploadedPrime, SamplesError, MEND)
        except SamplesError as error:
            problems.append(str(error))
        else:
            found += [record] if record else []  # None: deleted meanwhile
    found.sort(key=lambda one: (one.uploaded, one.sha256), reverse=True)
    place = without_secrets(root.uri)
    return PrimeList(root=place, primes=tuple(found), problems=tuple(problems))


def find_uploaded(root: Root, name: str) -> UploadedPrime | None:
    """Return the song that was uploaded last under a name, or whose digest begins with it."""
    for prime in list_uploaded(root).primes:
        if prime.name == name or (len(name) >= SHORTEST_DIGEST and prime.sha256.startswith(name)):
            return prime
    return None
