"""Published data folders: a new generation takes the place of the old one by one marker.

A generation's files are written into a staging folder. Writing the completion marker publishes
them: from then on they are looked for in the staging folder first, then in place. Only then are
they moved into place and older files deleted; a stop anywhere in between leaves a published
generation that can be read, and the next run of the stage moves the rest.
"""

import errno
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from schemas.errors import CorpusError, StorageError
from schemas.facts import FileFacts
from tasks.storage.layout import DataFolder, staging_of
from tasks.storage.retry import explained
from tasks.storage.root import Root

COPY_BYTES = 8 << 20
Result = TypeVar("Result")


def file_sizes(root: Root, folder: str) -> dict[str, int]:
    """Return the size in bytes of every finished file directly in `folder`, by name."""
    return {
        info.base_name: int(info.size)
        for info in root.entries(folder)
        if info.type == fs.FileType.File and not info.base_name.startswith(".")
    }


def published_sizes(root: Root, folder: DataFolder, generation: str) -> dict[str, int]:
    """Return the sizes of a generation's files; what is staged counts before what is in place."""
    places = (folder.old_path, folder.path, folder.staging(generation))
    sizes: dict[str, int] = {}
    for place in dict.fromkeys(places):
        sizes |= file_sizes(root, place)
    return sizes


def lacking(
    root: Root, folder: DataFolder, generation: str, facts: Mapping[str, FileFacts]
) -> list[str]:
    """Return the names of the files that are missing or have another size, by a listing."""
    sizes = published_sizes(root, folder, generation)
    return [name for name, fact in facts.items() if sizes.get(name) != fact.bytes]


def facts_of(
    root: Root, folder: DataFolder, generation: str, rows: Mapping[str, int | None]
) -> dict[str, FileFacts]:
    """Return the facts of a generation's files; `rows` names them and says their rows."""
    sizes = published_sizes(root, folder, generation)
    return {name: FileFacts(bytes=sizes[name], rows=count) for name, count in rows.items()}


def measured_facts(
    root: Root, folder: DataFolder, generation: str, names: Iterable[str]
) -> dict[str, FileFacts]:
    """Return the facts of the Parquet files `names` by their footers, without damaged ones.

    For generations that older versions published, whose markers say nothing of the files.
    """
    facts, sizes = {}, published_sizes(root, folder, generation)
    for name in sizes.keys() & set(names):
        with suppress(pa.ArrowException, OSError):
            rows = _rows(root, find(root, folder, generation, name))
            facts[name] = FileFacts(bytes=sizes[name], rows=rows)
    return facts


def _rows(root: Root, path: str) -> int:
    with root.reading(path) as stream:
        return int(pq.ParquetFile(stream).metadata.num_rows)


def find(root: Root, folder: DataFolder, generation: str, name: str) -> str:
    """Return where a published file lies now: staged, in place, or where older versions had it.

    The path in place is also returned if there is no such file.
    """
    for place in (folder.staging(generation), folder.path, folder.old_path):
        if root.exists(f"{place}/{name}"):
            return f"{place}/{name}"
    return f"{folder.path}/{name}"


def read_published(
    root: Root, folder: DataFolder, generation: str, name: str, read: Callable[[str], Result]
) -> Result:
    """Return `read(path)` of a published file, also if it is moved into place meanwhile.

    FileNotFoundError if there is no such file.
    """
    try:
        return read(find(root, folder, generation, name))
    except FileNotFoundError:
        return read(find(root, folder, generation, name))


def read_rows(root: Root, path: str, mend: str, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file; CorpusError, with what mends it, if it is damaged."""
    try:
        table = root.read_table(path, columns)
    except (StorageError, pa.ArrowException, OSError):
        require_whole(root, path, mend)
        raise
    if lost := set(columns or ()).difference(table.column_names):
        raise CorpusError(
            f"{root.shown(path)} is damaged: it has no {', '.join(sorted(lost))}; "
            f"delete it, then {mend}"
        )
    return table


def require_whole(root: Root, path: str, mend: str) -> None:
    """Raise CorpusError if the bytes of a Parquet file can be had but not understood."""
    content = root.read_bytes(path)  # whatever else is wrong with the storage is said by this
    try:
        pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"{root.shown(path)} is damaged: delete it, then {mend}") from error


def put_in_place(root: Root, folder: DataFolder, generation: str, names: Iterable[str]) -> None:
    """Move a published generation's files into place, and clear everything else there.

    Readers of the old generation find their files gone and see the new marker. On a local disk
    the whole folder is changed at once.
    """
    wanted, staging = set(names), folder.staging(generation)
    staged = set(file_sizes(root, staging)) & wanted
    clear_others(root, staging, wanted)
    whole = staged == wanted and root.is_local
    if not (whole and _exchanged(root, staging, folder.path)):
        for name in sorted(staged):
            move_file(root, f"{staging}/{name}", f"{folder.path}/{name}")
        clear_others(root, folder.path, wanted)
    root.delete(staging)


def clear_others(root: Root, folder: str, names: Iterable[str]) -> None:
    """Delete everything directly in `folder` but the files `names`: also what a kill left."""
    wanted = set(names)
    for info in root.entries(folder):
        if info.base_name not in wanted or info.type == fs.FileType.Directory:
            root.delete(f"{folder}/{info.base_name}")


def clear_staging(root: Root, folders: Iterable[DataFolder], generation: str) -> None:
    """Delete what other generations and stopped runs left among these folders' staging."""
    for folder in folders:
        parent, _, current = folder.staging(generation).rpartition("/")
        for name in (info.base_name for info in root.entries(parent)):
            if name.startswith(folder.staging_prefix) and name not in (current, f"{current}.json"):
                root.delete(f"{parent}/{name}")
        staging = folder.staging(generation)
        clear_others(root, staging, file_sizes(root, staging))


def _exchanged(root: Root, staging: str, path: str) -> bool:
    """Change a local folder for a staged one; False if they are on different file systems."""
    new, place = Path(root.full(staging)), Path(root.full(path))
    prefix = new.name.rpartition("-")[0]
    old = new.with_name(f"{prefix}-replaced-{uuid.uuid4().hex[:8]}")
    with explained("write", root.shown(path)):
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
    with explained("write", root.shown(target)):
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
