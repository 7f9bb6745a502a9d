"""The manifest of a run: what all manifests have, and the columns of formats."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.samples import (
    SAMPLE_SCHEMA,
    checked,
    completed,
    manifest_schema,
)
from nocturne.tasks.samples.writers import WRITERS
from nocturne.tasks.samples.writers.writer import Row
from nocturne.tasks.storage.layout import run_path
from nocturne.tasks.storage.root import Root

FURTHER_COLUMNS = tuple(
    column
    for writer in WRITERS
    for column in writer.columns
    if column.name not in SAMPLE_SCHEMA.names
)
MANIFEST_SCHEMA = manifest_schema(FURTHER_COLUMNS)


def manifest_of(rows: list[Row]) -> pa.Table:
    """Return rows as a table of a manifest's columns; the joined manifest is checked."""
    return pa.Table.from_pylist(rows, schema=MANIFEST_SCHEMA)


def joined_manifests(parts: list[pa.Table]) -> pa.Table:
    """Return the rows of all batches as one manifest; pandera's SchemaError if they break it."""
    return checked(pa.concat_tables(parts), FURTHER_COLUMNS)


def read_manifest(root: Root, run_id: str, name: str) -> pa.Table | None:
    """Return manifest rows in the folder of a run; None if they are missing or damaged.

    Columns that an earlier version did not write are null.
    """
    try:
        content = root.read_bytes(run_path(run_id, name))
        rows = completed(pq.read_table(io.BytesIO(content)), FURTHER_COLUMNS)
        rows = rows.cast(MANIFEST_SCHEMA)
    except (pa.ArrowException, OSError, ValueError):
        return None
    return rows if set(rows["run_id"].to_pylist()) == {run_id} else None
