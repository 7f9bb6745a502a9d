"""A folder or an archive on this machine as a source."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyarrow import fs

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.config.corpus_name import absolute_path
from nocturne.schemas.config.local_path import THREE_SLASHES, is_file_uri, local_path
from nocturne.schemas.errors import SourceError
from nocturne.schemas.progress import Progress
from nocturne.tasks.sources.archives.archive import read_archive
from nocturne.tasks.sources.folder import FolderNow, FolderReading, Input, walk
from nocturne.tasks.sources.seen_files import Examined, FileStamp, SeenFile, SeenFiles
from nocturne.tasks.sources.source_file import KeptFile, RawFile, Skipped
from nocturne.tasks.sources.source_kind import Source, SourceKind
from nocturne.tasks.storage.file_names import visible
from nocturne.tasks.storage.root import Root


class LocalFiles(SourceKind):
    """A path on this machine, or a file:// URI of one: what no other kind owns."""

    def owns(self, spelling: str) -> bool:
        return True

    def source_id(self, spelling: str) -> str:
        return f"path {os.fsencode(absolute_path(spelling)).decode(errors='backslashreplace')}"

    def is_absolute(self, spelling: str) -> bool:
        return "://" in spelling or spelling.startswith(("/", "~"))

    def is_one_file(self, spelling: str) -> bool:
        return os.path.isfile(_path_of(spelling))  # noqa: PTH113 - no errors

    def require(self, root: Root, config: IngestConfig) -> None:
        path = _path_of(config.source)
        with _readable(path):
            if _is_folder(path):
                _require_files(path, _root_inside(root, path))
            else:
                path.open("rb").close()

    def open(self, root: Root, config: IngestConfig, progress: Progress) -> Source:
        path = _path_of(config.source)
        with _readable(path):
            return _folder(root, config, path) if _is_folder(path) else _archive(config, path)


def _path_of(source: str) -> Path:
    """Return the path of a source on this machine; SourceError if it names none."""
    if (path := local_path(source)) is None:
        mend = THREE_SLASHES if is_file_uri(source) else "only http:// and https:// are downloaded"
        raise SourceError(f"source {visible(source)}: {mend}")
    return Path(path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn an OSError of a folder or archive into a SourceError of one line."""
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
    """Return a local storage root, which is left out; SourceError if the folder is the root."""
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
    """Return a folder as a source, without the storage root if that lies inside."""
    inside = _root_inside(root, path)
    _require_files(path, inside)
    now = FolderNow(path, inside)

    def read_again(
        largest: int, progress: Progress, earlier: SeenFiles | None, seen: list[SeenFile]
    ) -> Iterator[Input]:
        return FolderReading(now, largest, earlier, seen).files(progress)

    def read(largest: int, progress: Progress) -> Iterator[RawFile | Skipped]:
        items = FolderReading(now, largest, None, []).files(progress)
        return (item for item in items if not isinstance(item, KeptFile))

    identity = f"folder {now.digest}"
    return Source(config.source, identity, read, examined=now.examined, read_again=read_again)


def _archive(config: IngestConfig, path: Path) -> Source:
    """Return an archive file as a source, verified if its hash is given."""
    began_ns, facts = time.time_ns(), path.stat()
    with path.open("rb") as stream:
        if config.source_sha256 is not None:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            if sha256 != config.source_sha256:
                raise SourceError(
                    f"{path} has SHA-256 {sha256} where {config.source_sha256} is expected"
                )

    def read(largest: int, progress: Progress) -> Iterator[RawFile | Skipped]:
        with fs.LocalFileSystem().open_input_file(str(path)) as stream:
            yield from read_archive(stream, str(path), largest, progress)

    identity = f"archive {path.name} {facts.st_size} {facts.st_mtime_ns}"
    examined = Examined(began_ns, {os.fsencode(path.name): FileStamp.of(facts)})
    return Source(config.source, identity, read, examined=examined)
