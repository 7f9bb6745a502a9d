"""The songs that a model was trained on, one row each: models/<model>/learned.parquet.

A song is known by its id. With this list a later training tells new songs from old ones, and a
comparison tells held-out songs from those that a model has learned.
"""

from collections.abc import Collection, Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from nocturne.schemas.errors import CorpusError
from nocturne.tasks.storage.data_files import read_rows
from nocturne.tasks.storage.layout import LEARNED_FILE, model_path
from nocturne.tasks.storage.root import COMPRESSION, Root


def learned_document(songs: Collection[str]) -> bytes:
    """Return the file of a model that was trained on these songs."""
    sink = pa.BufferOutputStream()
    table = pa.table({"song_id": pa.array(sorted(songs), pa.string())})
    pq.write_table(table, sink, compression=COMPRESSION)
    return bytes(sink.getvalue().to_pybytes())


def learned_songs(root: Root, model_id: str) -> frozenset[str] | None:
    """Return the ids of the songs that a model was trained on.

    None if the list is missing, as in models of earlier versions, or damaged.
    """
    path = model_path(model_id, LEARNED_FILE)
    try:
        return frozenset(read_rows(root, path, "", ["song_id"])["song_id"].to_pylist())
    except (FileNotFoundError, CorpusError):
        return None


def all_learned(root: Root, models: Iterable[str]) -> frozenset[str]:
    """Return the songs that any of these models is known to have learned."""
    return frozenset().union(*(learned_songs(root, name) or () for name in models))
