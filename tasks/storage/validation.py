"""Checking tables against their schemas, from any number of threads."""

import threading

import pandera.pyarrow as pandera
import pyarrow as pa

_one_at_a_time = threading.Lock()


def check(schema: pandera.DataFrameSchema, table: pa.Table) -> None:
    """Raise pandera's SchemaErrors, with every failure, unless `table` fits `schema`.

    One thread at a time: for every column pandera tries to import a package that may be missing
    (pyspark), and another thread can then get a half-imported module: AttributeError.
    """
    with _one_at_a_time:
        schema.validate(table, lazy=True)
