"""Downloads that survive cuts: HTTP Range resume, retries with back-off, verified before use.

The bytes grow in `<name>.part`, which nothing reads; only when size, SHA-256 and kind are right
does it get its name. What fails the check stays as `<name>.rejected`, out of the pipeline.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.raw import DownloadRecord
from nocturne.tasks.sources.archives.archive_kinds import require_archive
from nocturne.tasks.sources.downloads.remote_file import (
    RetryPolicy,
    Validators,
    freshness,
    shown_url,
)
from nocturne.tasks.sources.downloads.transfer import local_disk, transfer
from nocturne.tasks.storage.data_folders import move_file
from nocturne.tasks.storage.layout import (
    UNFINISHED,
    download_record,
    downloads_of,
    old_downloads_of,
)
from nocturne.tasks.storage.markers import read_marker
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch

COPY_BYTES = 8 << 20


@dataclass(frozen=True)
class DownloadSpec:
    """What to download, and what is known of it beforehand."""

    url: str
    name: str  # of the file under the archive folder
    size: int | None = None  # bytes
    sha256: str | None = None


@dataclass(frozen=True)
class Download:
    """A finished download: its path in the storage root, and what it is."""

    path: str
    record: DownloadRecord
    reused: bool
    trouble: str = ""  # why the server could not be asked whether the file has changed


def download(
    root: Root,
    folder: str,
    wanted: DownloadSpec,
    patience: RetryPolicy | None = None,
    progress: Progress = silent,
) -> Download:
    """Bring `wanted` to `folder` of the root, or find it there already; progress in bytes.

    An unpinned file is asked for again, and fetched if it may have changed; where the server is
    out of reach or has lost it, the copy that is there is used, and `trouble` says why.
    Raises SourceError for an unreachable or refusing host and for a file that is not what was
    wanted, StorageError when the disk is full; what was fetched so far is kept for next time.
    """
    patience = patience or RetryPolicy()
    path = f"{folder}/{wanted.name}"
    if there := _finished(root, path, wanted):
        if wanted.sha256:
            return Download(path, there, reused=True)
        fresh = freshness(wanted.url, Validators.of(there), patience)
        if not fresh.may_have_changed:
            return Download(path, there, reused=True, trouble=fresh.trouble)
    parts = _part_folder(root, folder)
    _clear_other_parts(parts, wanted.name)
    part = parts / f"{wanted.name}.part"
    validators = transfer(wanted.url, part, wanted.size, wanted.sha256, patience, progress)
    record = _verified(root, path, part, wanted, validators)
    if there and there.sha256 == record.sha256:
        part.unlink()
    else:
        root.delete(path)  # never an old file beside a new record
        root.write_json(download_record(path), record.model_dump())
        _publish(root, part, path)
    root.delete(f"{path}.rejected")
    Validators.beside(part).unlink(missing_ok=True)
    return Download(path, record, reused=there is not None and there.sha256 == record.sha256)


def move_old_downloads(root: Root, corpus: str) -> None:
    """Move what older versions downloaded among the raw shards to where downloads lie."""
    for path in root.files(old_downloads_of(corpus)):
        move_file(root, path, f"{downloads_of(corpus)}/{path.rpartition('/')[2]}")


def reject(root: Root, download: Download) -> str:
    """Take a download that proved unreadable out of the way; return where it lies now."""
    root.delete(download_record(download.path))
    root.move(download.path, f"{download.path}.rejected")
    return root.display_path(f"{download.path}.rejected")


def _finished(root: Root, path: str, wanted: DownloadSpec) -> DownloadRecord | None:
    """Return the record of a finished download of the same thing."""
    try:
        record = read_marker(
            root, download_record(path), DownloadRecord, SourceError, "fetch again"
        )
        size = root.size(path)
    except (FileNotFoundError, SourceError):
        return None
    right = wanted.sha256 is None or record.sha256 == wanted.sha256
    same_url = wanted.sha256 is not None or record.url_sha256 == _digest(wanted.url)
    return record if size == record.bytes and right and same_url else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _part_folder(root: Root, folder: str) -> Path:
    """Where the .part grows: beside its final name, or in the scratch folder of a remote root."""
    if not root.is_local:
        return scratch(root, folder)
    place = Path(root.full(folder))
    with local_disk(str(place)):
        place.mkdir(parents=True, exist_ok=True)
    return place


def _clear_other_parts(folder: Path, name: str) -> None:
    """Delete what stopped downloads of other files left."""
    kept = {f"{name}.part", Validators.beside(folder / f"{name}.part").name}
    for path in folder.iterdir():
        unfinished = path.name.endswith((".part", ".part.json")) or path.name.startswith(UNFINISHED)
        if unfinished and path.name not in kept:
            path.unlink(missing_ok=True)


def _publish(root: Root, part: Path, path: str) -> None:
    """Give a checked file its name in the root; it appears whole."""
    if root.is_local:
        with local_disk(path):
            part.replace(root.full(path))
        return
    with part.open("rb") as source, root.writing(path) as stream:
        while chunk := source.read(COPY_BYTES):
            stream.write(chunk)
    part.unlink()


def _verified(
    root: Root, path: str, part: Path, wanted: DownloadSpec, validators: Validators
) -> DownloadRecord:
    """Check size, digest and kind; what fails is kept as .rejected and raises SourceError."""
    size = part.stat().st_size
    with part.open("rb") as stream:
        head = stream.read(1024)
        stream.seek(0)
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    shown = shown_url(wanted.url)
    try:
        require_archive(head, shown)
        if wanted.size is not None and size != wanted.size:
            raise SourceError(f"{shown} gave {size} bytes where {wanted.size} are expected")
        if wanted.sha256 is not None and sha256 != wanted.sha256:
            raise SourceError(f"{shown} has SHA-256 {sha256} where {wanted.sha256} is expected")
    except SourceError as error:
        _publish(root, part, f"{path}.rejected")
        Validators.beside(part).unlink(missing_ok=True)
        raise SourceError(f"{error}; kept as {root.display_path(path)}.rejected") from error
    return DownloadRecord(
        url=shown,
        url_sha256=_digest(wanted.url),
        bytes=size,
        sha256=sha256,
        etag=validators.etag,
        last_modified=validators.last_modified,
    )
