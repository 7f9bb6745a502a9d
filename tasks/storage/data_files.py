"""The files of published data folders: where they are, whether they are whole, reading them.

The files of a published generation are looked for in its staging folder, then in place, then where
older versions kept them; data_folders says why.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.schemas.facts import FileFacts
from nocturne.tasks.storage.layout import DataFolder
from nocturne.tasks.storage.root import Root

Result = TypeVar("Result")


def file_sizes(root: Root, folder: str) -> dict[str, int]:
    """Return the size in bytes of every finished file directly in `folder`, by name."""
    return {name: size for name, size in root.sizes(folder).items() if not name.startswith(".")}


def published_sizes(root: Root, folder: DataFolder, generation: str) -> dict[str, int]:
    """Return the sizes of a generation's files; a staged file hides the one in place.

    Staging is listed first: a file that is moved between the two listings is then seen twice, not
    missed.
    """
    places = (folder.staging(generation), folder.path, folder.old_path)
    sizes: dict[str, int] = {}
    for place in dict.fromkeys(places):
        sizes = file_sizes(root, place) | sizes
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
    """Return the facts of a generation's files; `rows` has their names and numbers of rows."""
    sizes = published_sizes(root, folder, generation)
    return {name: FileFacts(bytes=sizes[name], rows=count) for name, count in rows.items()}


def measured_facts(
    root: Root, folder: DataFolder, generation: str, names: Iterable[str]
) -> dict[str, FileFacts]:
    """Return the facts of the Parquet files `names` by their footers; damaged files are left out.

    For generations published by older versions, whose markers have no facts.
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
    """Return the path of a published file: staged, in place, or where older versions kept it.

    The path in place is also returned if there is no such file.
    """
    for place in (folder.staging(generation), folder.path, folder.old_path):
        if root.exists(f"{place}/{name}"):
            return f"{place}/{name}"
    return f"{folder.path}/{name}"


def read_published(
    root: Root, folder: DataFolder, generation: str, name: str, read: Callable[[str], Result]
) -> Result:
    """Return `read(path)` of a published file, even if it is moved into place meanwhile.

    FileNotFoundError if there is no such file.
    """
    try:
        return read(find(root, folder, generation, name))
    except FileNotFoundError:
        return read(find(root, folder, generation, name))


def read_rows(
    root: Root,
    path: str,
    mend: str,
    columns: list[str] | None = None,
    schema: pa.Schema | None = None,
) -> pa.Table:
    """Read a Parquet file; CorpusError, ending with `mend`, if it is damaged.

    A file is also damaged if it lacks one of `columns`, if a column has another type than in
    `schema`, or if a column that `schema` does not let be null has a null.
    """
    try:
        table = root.read_table(path, columns)
    except (StorageError, pa.ArrowException, OSError):
        _require_columns(root, path, mend, require_whole(root, path, mend), columns, schema)
        raise
    _require_columns(root, path, mend, table, columns, schema)
    return table


def _require_columns(
    root: Root,
    path: str,
    mend: str,
    table: pa.Table,
    columns: list[str] | None,
    schema: pa.Schema | None,
) -> None:
    wanted = columns or [field.name for field in schema or () if not field.nullable]
    wrong = set(wanted).difference(table.column_names)
    for field in schema or ():
        if field.name in table.column_names:
            column = table[field.name]
            lost = column.null_count and not field.nullable
            if column.type != field.type or lost:
                wrong.add(field.name)
    if wrong:
        raise damaged(root, path, mend, f"it has no {', '.join(sorted(wrong))}; ")


def damaged(root: Root, path: str, mend: str, detail: str = "") -> CorpusError:
    """Return the error of a published file whose bytes are not what was written."""
    return CorpusError(f"{root.display_path(path)} is damaged: {detail}delete it, then {mend}")


def require_whole(root: Root, path: str, mend: str) -> pa.Table:
    """Return a Parquet file's table; CorpusError if its bytes can be read but not decoded."""
    content = root.read_bytes(path)  # raises the error if the storage itself is at fault
    try:
        return pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise damaged(root, path, mend) from error
