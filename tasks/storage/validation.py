"""Tables checked against their schemas by any number of threads."""

import threading

import pandera.pyarrow as pandera
import pyarrow as pa

_one_at_a_time = threading.Lock()


def check(schema: pandera.DataFrameSchema, table: pa.Table) -> None:
    """Raise pandera's SchemaErrors, with every failure, unless `table` fits `schema`.

    One thread at a time: for every column pandera tries to import what may not be installed
    (pyspark), and another thread can then find a module that is half there: AttributeError.
    """
    with _one_at_a_time:
        schema.validate(table, lazy=True)
