"""Downloads that resume after interruptions (HTTP Range), retry, and are verified before use.

Bytes are appended to `<name>.part`, which nothing reads. The file is renamed to `<name>` once size,
SHA-256 and kind are right; a file that fails the check is kept as `<name>.rejected`.
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
    display_url,
    freshness,
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
    """What to download, with the size and hash that are known beforehand."""

    url: str
    name: str  # of the file under the archive folder
    size: int | None = None  # bytes
    sha256: str | None = None


@dataclass(frozen=True)
class Download:
    """A finished download: its path in the storage root, and its record."""

    path: str
    record: DownloadRecord
    reused: bool
    trouble: str = ""  # why the server could not be asked whether the file has changed


def download(
    root: Root,
    folder: str,
    wanted: DownloadSpec,
    policy: RetryPolicy | None = None,
    progress: Progress = silent,
) -> Download:
    """Download `wanted` into `folder` of the root, unless that is done; progress in bytes.

    A file without a known SHA-256 is fetched again if the server says that it may have changed. If
    the server cannot be reached or has lost the file, the existing copy is used, and `trouble` says
    why. Raises SourceError for an unreachable or refusing host and for a file that is not the
    wanted one, StorageError when the disk is full; the bytes received so far are kept.
    """
    policy = policy or RetryPolicy()
    path = f"{folder}/{wanted.name}"
    if existing := _finished_record(root, path, wanted):
        if wanted.sha256:
            return Download(path, existing, reused=True)
        answer = freshness(wanted.url, Validators.of(existing), policy)
        if not answer.may_have_changed:
            return Download(path, existing, reused=True, trouble=answer.trouble)
    parts = _part_folder(root, folder)
    _clear_other_parts(parts, wanted.name)
    part = parts / f"{wanted.name}.part"
    validators = transfer(wanted.url, part, wanted.size, wanted.sha256, policy, progress)
    record = _verified(root, path, part, wanted, validators)
    unchanged = existing is not None and existing.sha256 == record.sha256
    if unchanged:
        part.unlink()
    else:
        root.delete(path)  # an old file must never lie beside a new record
        root.write_json(download_record(path), record.model_dump())
        _publish(root, part, path)
    root.delete(f"{path}.rejected")
    Validators.beside(part).unlink(missing_ok=True)
    return Download(path, record, reused=unchanged)


def move_old_downloads(root: Root, corpus: str) -> None:
    """Move the downloads of older versions, which kept them among the raw shards."""
    for path in root.files(old_downloads_of(corpus)):
        move_file(root, path, f"{downloads_of(corpus)}/{path.rpartition('/')[2]}")


def reject(root: Root, download: Download) -> str:
    """Rename a download that is unreadable to `.rejected`; return its new path."""
    root.delete(download_record(download.path))
    root.move(download.path, f"{download.path}.rejected")
    return root.display_path(f"{download.path}.rejected")


def _finished_record(root: Root, path: str, wanted: DownloadSpec) -> DownloadRecord | None:
    """Return the record of a finished download of the same file, or None."""
    try:
        record = read_marker(
            root, download_record(path), DownloadRecord, SourceError, "fetch again"
        )
        size = root.size(path)
    except (FileNotFoundError, SourceError):
        return None
    if wanted.sha256 is None:
        is_same = record.url_sha256 == _digest(wanted.url)
    else:
        is_same = record.sha256 == wanted.sha256
    return record if is_same and size == record.bytes else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _part_folder(root: Root, folder: str) -> Path:
    """Return the folder of the .part: that of the final file, or a local one for a remote root."""
    if not root.is_local:
        return scratch(root, folder)
    place = Path(root.full(folder))
    with local_disk(str(place)):
        place.mkdir(parents=True, exist_ok=True)
    return place


def _clear_other_parts(folder: Path, name: str) -> None:
    """Delete the unfinished files of downloads of other archives."""
    kept = {f"{name}.part", Validators.beside(folder / f"{name}.part").name}
    for path in folder.iterdir():
        unfinished = path.name.endswith((".part", ".part.json")) or path.name.startswith(UNFINISHED)
        if unfinished and path.name not in kept:
            path.unlink(missing_ok=True)


def _publish(root: Root, part: Path, path: str) -> None:
    """Give a checked file its name in the root, in one step."""
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
    """Check size, digest and kind; a file that fails is kept as .rejected and is a SourceError."""
    size = part.stat().st_size
    with part.open("rb") as stream:
        head = stream.read(1024)
        stream.seek(0)
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    display_name = display_url(wanted.url)
    try:
        require_archive(head, display_name)
        if wanted.size is not None and size != wanted.size:
            raise SourceError(f"{display_name} gave {size} bytes where {wanted.size} are expected")
        if wanted.sha256 is not None and sha256 != wanted.sha256:
            raise SourceError(
                f"{display_name} has SHA-256 {sha256} where {wanted.sha256} is expected"
            )
    except SourceError as error:
        _publish(root, part, f"{path}.rejected")
        Validators.beside(part).unlink(missing_ok=True)
        raise SourceError(f"{error}; kept as {root.display_path(path)}.rejected") from error
    return DownloadRecord(
        url=display_name,
        url_sha256=_digest(wanted.url),
        bytes=size,
        sha256=sha256,
        etag=validators.etag,
        last_modified=validators.last_modified,
    )
