"""Where MIDI comes from: the embedded folk tunes, Lakh, a folder, an archive, a URL of one."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyarrow import fs

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.config.local_path import THREE_SLASHES, is_file_uri, local_path
from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress, silent
from nocturne.tasks.sources import folk
from nocturne.tasks.sources.archives.archive import read_archive
from nocturne.tasks.sources.downloads.download import (
    Download,
    DownloadSpec,
    download,
    move_old_downloads,
    reject,
)
from nocturne.tasks.sources.downloads.remote_file import name_of, require_url, shown_url
from nocturne.tasks.sources.folder import fingerprint_of, read_folder, walk
from nocturne.tasks.sources.pinned_archives import LAKH, LAKH_ATTRIBUTION, LAKH_LICENCE
from nocturne.tasks.sources.source_file import RawFile, Skipped
from nocturne.tasks.storage.file_names import visible
from nocturne.tasks.storage.layout import downloads_of
from nocturne.tasks.storage.root import Root

Reading = Callable[[int, Progress], Iterator[RawFile | Skipped]]


@dataclass(frozen=True)
class Source:
    """A source that is here and can be read, deterministically, any number of times."""

    shown: str
    identity: str  # changes whenever the files may have changed
    read: Reading  # (largest content kept in bytes, progress) -> files in a fixed order
    licence: str = ""
    attribution: str = ""


def resolve(root: Root, config: IngestConfig, progress: Progress = silent) -> Source:
    """Return what `config.source` names, downloaded if need be; SourceError if it is not there."""
    source = config.source
    _require_fit(config)
    if is_download(config):
        return _downloaded(root, config, fetch(root, config, progress))
    if source == "folk":
        return Source("folk", folk.identity(), folk.read_tunes, folk.LICENCE, folk.attribution())
    return _local(root, config, _path_of(source))


def require_source(root: Root, config: IngestConfig) -> None:
    """Raise SourceError if `config.source` cannot be what it names, without reading it.

    A folder may hold a million files and a download may take hours: only the first file is looked
    for, and of an address only whether it is one.
    """
    _require_fit(config)
    if is_download(config):
        pinned = LAKH.get(config.source)
        require_url(config.source_url or (pinned.url if pinned else config.source))
    elif config.source != "folk":
        path = _path_of(config.source)
        with _readable(path):
            if _is_folder(path):
                _require_files(path, _root_inside(root, path))
            else:
                path.open("rb").close()


def _require_fit(config: IngestConfig) -> None:
    """Raise SourceError for a source, a mirror and a hash that do not belong together."""
    source = config.source
    if config.source_url is not None and source not in LAKH:
        raise SourceError(
            f"a source URL is a mirror of lakh-*; name it as the source: not {source}"
        )
    if is_download(config):
        return
    path = _path_of(source)
    if config.source_sha256 is not None and not os.path.isfile(path):  # noqa: PTH113 - no errors
        raise SourceError(f"a SHA-256 is of an archive or a download; {source} is neither")


def _path_of(source: str) -> Path:
    """Return the path of a source on this machine; SourceError if it names none."""
    if (path := local_path(source)) is None:
        mend = THREE_SLASHES if is_file_uri(source) else "only http:// and https:// are downloaded"
        raise SourceError(f"source {visible(source)}: {mend}")
    return Path(path)


def is_download(config: IngestConfig) -> bool:
    """Whether the source has to be downloaded."""
    return config.source in LAKH or config.source.startswith(("http://", "https://"))


def fetch(root: Root, config: IngestConfig, progress: Progress = silent) -> Download:
    """Download the source that `config` names, or find it done; progress in bytes."""
    pinned = LAKH.get(config.source)
    url = require_url(config.source_url or (pinned.url if pinned else config.source))
    if not pinned or config.source_sha256 not in (None, pinned.sha256):
        wanted = DownloadSpec(url, name_of(url), None, config.source_sha256)
    else:
        wanted = DownloadSpec(url, name_of(pinned.url), pinned.size, pinned.sha256)
    move_old_downloads(root, config.corpus)
    return download(root, downloads_of(config.corpus), wanted, progress=progress)


def _downloaded(root: Root, config: IngestConfig, found: Download) -> Source:
    def read(largest: int, progress: Progress) -> Iterator[RawFile | Skipped]:
        try:
            with root.reading(found.path) as stream:
                yield from read_archive(stream, found.record.url, largest, progress)
        except SourceError as error:
            raise SourceError(f"{error}; what came is kept as {reject(root, found)}") from error

    lakh = config.source in LAKH
    return Source(
        config.source if lakh else shown_url(config.source),
        f"archive {found.record.sha256}",
        read,
        LAKH_LICENCE if lakh else "",
        LAKH_ATTRIBUTION if lakh else "",
    )


def _local(root: Root, config: IngestConfig, path: Path) -> Source:
    """Return a folder or archive on this machine as a source."""
    with _readable(path):
        return _folder(root, config, path) if _is_folder(path) else _archive(config, path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say in one line why a folder or archive cannot be read."""
    try:
        yield
    except OSError as error:
        raise SourceError(
            f"cannot read {visible(str(path))}: {error.strerror}; check the path and permissions"
        ) from error


def _is_folder(path: Path) -> bool:
    """Whether a source is a folder; SourceError if it is no archive either."""
    if path.is_dir():
        return True
    if not path.is_file():
        raise SourceError(
            f"there is no folder or archive {visible(str(path))}; "
            "a source is folk, lakh-full, lakh-matched, lakh-clean, a folder, an archive, a URL"
        )
    return False


def _root_inside(root: Root, path: Path) -> Path | None:
    """Return a local storage root, to be left out of a folder; SourceError if it is the folder."""
    inside = Path(root.base).resolve() if root.is_local else None
    if inside == path.resolve():
        raise SourceError(
            f"{visible(str(path))} is the storage root itself; name the folder of MIDI files"
        )
    return inside


def _require_files(path: Path, inside: Path | None) -> None:
    if next(walk(path, inside), None) is None:
        raise SourceError(f"folder {visible(str(path))} holds no files; put MIDI files in it")


def _folder(root: Root, config: IngestConfig, path: Path) -> Source:
    """Return a folder as a source. The storage root is left out of it, should it lie inside."""
    inside = _root_inside(root, path)
    _require_files(path, inside)
    digest, count = fingerprint_of(path, inside)
    return Source(
        config.source,
        f"folder {digest}",
        lambda largest, progress: read_folder(path, inside, largest, progress, count),
    )


def _archive(config: IngestConfig, path: Path) -> Source:
    """Return an archive file as a source, verified if its hash is given."""
    facts = path.stat()
    with path.open("rb") as stream:
        if config.source_sha256 is not None:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != config.source_sha256:
                raise SourceError(
                    f"{path} has SHA-256 {found} where {config.source_sha256} is expected"
                )

    def read(largest: int, progress: Progress) -> Iterator[RawFile | Skipped]:
        with fs.LocalFileSystem().open_input_file(str(path)) as stream:
            yield from read_archive(stream, str(path), largest, progress)

    return Source(config.source, f"archive {path.name} {facts.st_size} {facts.st_mtime_ns}", read)
