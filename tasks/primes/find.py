"""Find a prime's bytes: a local file, a path or URI, an uploaded name, or a digest in the root."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.config.local_path import is_file_uri, local_path
from nocturne.schemas.errors import SamplesError
from nocturne.tasks.primes.uploads import find_uploaded
from nocturne.tasks.storage.file_names import visible
from nocturne.tasks.storage.layout import PRIMES, prime_path
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root

DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = int(IngestConfig.model_fields["max_file_bytes"].default)
UPLOAD = "give the path of a MIDI file, or upload it with nocturne prime FILE"


@dataclass(frozen=True)
class PrimeFile:
    """The bytes of a prime, its name for messages, and the SHA-256 of the bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


def find_prime(root: Root, name: str) -> PrimeFile:
    """Return the prime that `name` stands for; SamplesError if there is none.

    The first that exists of: a digest or a path in the storage root, a file on this machine, an
    uploaded name, a URI of another store.
    """
    if DIGEST.fullmatch(name):
        return _kept(root, name)
    if (inside := _inside(root, name)) is not None:
        return PrimeFile(inside.rpartition("/")[2], _bounded(root, inside, name))
    path = local_path(name)
    if path is not None and Path(path).exists():
        return PrimeFile(Path(path).name, _local_bytes(Path(path), name))
    if uploaded := find_uploaded(root, name):
        return PrimeFile(uploaded.name, _kept(root, uploaded.sha256).content)
    if "://" in name and not is_file_uri(name):
        folder, _, file = name.rpartition("/")
        place = Root.open(folder, create=False)
        if file and place.exists(file):
            return PrimeFile(file, _bounded(place, file, name))
    primes = root.display_path(PRIMES)
    raise SamplesError(f"no prime {_shown(name)} on this machine or in {primes}: {UPLOAD}")


def _kept(root: Root, sha256: str) -> PrimeFile:
    """Return a prime that the root keeps; SamplesError if it is gone or is not what was kept."""
    path = prime_path(sha256)
    try:
        file = PrimeFile(f"{sha256[:8]}.mid", root.read_bytes(path))
    except FileNotFoundError:
        raise SamplesError(
            f"the prime {root.display_path(path)} is gone: put back the file with that SHA-256 by "
            "nocturne prime FILE"
        ) from None
    if file.sha256 != sha256:
        raise SamplesError(
            f"{root.display_path(path)} is damaged: its SHA-256 is another; delete it and upload "
            "the song again with nocturne prime FILE"
        )
    return file


def _inside(root: Root, name: str) -> str | None:
    """Return the path in the root of a file that `name` names by its path there or its URI."""
    start = root.uri.rstrip("/") + "/"
    path = name[len(start) :] if name.startswith(start) else name
    if "/" not in path or path.startswith(("/", "~")) or ".." in path or "://" in path:
        return None
    return path if root.exists(path) else None


def _local_bytes(path: Path, name: str) -> bytes:
    with storage_errors("read the prime", visible(str(path))):
        if not path.is_file():  # a folder, or a pipe that would never end
            raise SamplesError(f"the prime {_shown(name)} is no file: {UPLOAD}")
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    _require_size(len(content), name)
    return content


def _bounded(root: Root, path: str, name: str) -> bytes:
    try:
        _require_size(root.size(path), name)
        return root.read_bytes(path)
    except FileNotFoundError:
        raise SamplesError(f"the prime {_shown(name)} is no file: {UPLOAD}") from None


def _require_size(size: int, name: str) -> None:
    if size > MOST_BYTES:
        raise SamplesError(
            f"the prime {_shown(name)} is larger than {MOST_BYTES:,} bytes: give a shorter song"
        )


def _shown(name: str) -> str:
    return visible(without_secrets(name))
