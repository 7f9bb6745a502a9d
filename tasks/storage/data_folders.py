"""Published data folders: writing one marker replaces the old generation by the new one.

A generation's files are written into a staging folder, but for files of the old one that it keeps
as they are. Writing the completion marker publishes
them: from then on readers look in the staging folder first, then in place. After that the files are
moved into place and older files are deleted. A process that stops in between leaves a published
generation that can be read, and the next run of the stage moves the rest.
"""

import errno
import shutil
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pyarrow import fs

from nocturne.tasks.storage.data_files import file_sizes
from nocturne.tasks.storage.layout import DataFolder, staging_of
from nocturne.tasks.storage.retry import storage_errors
from nocturne.tasks.storage.root import Root

COPY_BYTES = 8 << 20


def put_in_place(root: Root, folder: DataFolder, generation: str, names: Iterable[str]) -> None:
    """Move a published generation's files into place, and clear everything else there.

    Files that are not staged stay in place. Readers of the old generation find their files gone and
    see the new marker. On a local disk the whole folder is changed at once.
    """
    wanted, staging = set(names), folder.staging(generation)
    staged = set(file_sizes(root, staging)) & wanted
    if staged and root.is_local:
        staged |= _linked(root, folder.path, staging, wanted - staged)
    clear_others(root, staging, wanted)
    whole = staged == wanted and root.is_local
    if not (whole and _exchanged(root, staging, folder.path)):
        for name in sorted(staged):
            move_file(root, f"{staging}/{name}", f"{folder.path}/{name}")
        clear_others(root, folder.path, wanted)
    root.delete(staging)


def _linked(root: Root, path: str, staging: str, names: set[str]) -> set[str]:
    """Give local files in place a second name in staging, so that the folder there is whole.

    Returns the names that are staged now: none, unless all of them can be.
    """
    if not names <= file_sizes(root, path).keys():
        return set()
    for name in names:
        try:
            Path(root.full(f"{staging}/{name}")).hardlink_to(root.full(f"{path}/{name}"))
        except OSError:  # a file system without hard links, or two file systems
            return set()
    return names


def clear_others(root: Root, folder: str, names: Iterable[str]) -> None:
    """Delete everything directly in `folder` except the files `names`."""
    wanted = set(names)
    for info in root.entries(folder):
        if info.base_name not in wanted or info.type == fs.FileType.Directory:
            root.delete(f"{folder}/{info.base_name}")


def clear_staging(root: Root, folders: Iterable[DataFolder], generation: str) -> None:
    """Delete the staged files of other generations and of stopped runs of these folders."""
    for folder in folders:
        parent, _, current = folder.staging(generation).rpartition("/")
        for name in (info.base_name for info in root.entries(parent)):
            if name.startswith(folder.staging_prefix) and name not in (current, f"{current}.json"):
                root.delete(f"{parent}/{name}")
        staging = folder.staging(generation)
        clear_others(root, staging, file_sizes(root, staging))


def _exchanged(root: Root, staging: str, path: str) -> bool:
    """Replace a local folder by a staged one; False if they are on different file systems."""
    new, place = Path(root.full(staging)), Path(root.full(path))
    prefix = new.name.rpartition("-")[0]
    old = new.with_name(f"{prefix}-replaced-{uuid.uuid4().hex[:8]}")
    with storage_errors("write", root.display_path(path)):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.exists():
                place.rename(old)
            new.rename(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        if old.is_symlink():
            old.unlink()
        shutil.rmtree(old, ignore_errors=True)
    return True


def move_file(root: Root, source: str, target: str) -> None:
    """Move one file, over an older one; it appears there whole."""
    if not root.is_local:
        root.move(source, target)
        return
    old, new = Path(root.full(source)), Path(root.full(target))
    with storage_errors("write", root.display_path(target)):
        new.parent.mkdir(parents=True, exist_ok=True)
        try:
            old.replace(new)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(root, source, target)


def _copy(root: Root, source: str, target: str) -> None:
    """Copy a file to another file system, then delete it."""
    with root.reading(source) as stream, root.writing(target) as out:
        while chunk := stream.read(COPY_BYTES):
            out.write(chunk)
    root.delete(source)


def drop_staging(root: Root, corpus: str) -> None:
    """Remove the staging folder of a corpus from a local disk if nothing is left in it."""
    place = Path(root.full(staging_of(corpus)))
    if root.is_local:
        with suppress(OSError):
            place.rmdir()
            place.parent.rmdir()
