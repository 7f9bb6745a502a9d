"""families/<corpus>/families.parquet: song_id and family, one row for each accepted song.

A family has the name of its first song, in order of shards and song_ids; a song without near
duplicates is a family of its own.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from nocturne.schemas.notes import NOTE_SCHEMA
from nocturne.tasks.music.near_duplicates import (
    VALUES,
    Signature,
    near_duplicate_families,
    signatures,
)
from nocturne.tasks.storage.data_files import read_rows
from nocturne.tasks.storage.root import Root

SCHEMA = pa.schema(
    [
        pa.field("song_id", pa.string(), nullable=False),
        pa.field("family", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class ShardSongs:
    """The songs of one published note shard, in order, and how many notes each has."""

    path: str
    song_ids: list[str]
    notes: list[int]


def write_families(root: Root, path: str, shards: Sequence[ShardSongs]) -> int:
    """Find the families of these songs, write them to `path`, return their number."""
    with ThreadPoolExecutor(2) as threads:
        of_shards = list(threads.map(lambda shard: _signatures(root, shard), shards))
    known = [signature for of_shard in of_shards for signature in of_shard]
    ids = np.array([song_id for shard in shards for song_id in shard.song_ids], object)
    long = [row for row, signature in enumerate(known) if signature is not None]
    family = np.arange(len(ids))
    if long:
        values = np.array([known[row] for row in long], np.uint32).reshape(-1, VALUES)
        family[long] = np.array(long)[near_duplicate_families(values)]
    columns = [pa.array(ids, pa.string()), pa.array(ids[family], pa.string())]
    root.write_table(path, pa.Table.from_arrays(columns, schema=SCHEMA))
    return len(np.unique(family))


def _signatures(root: Root, shard: ShardSongs) -> list[Signature | None]:
    if not shard.song_ids:
        return []
    pitch = read_rows(root, shard.path, "ingest again", ["pitch"], NOTE_SCHEMA)["pitch"].to_numpy()
    return signatures(pitch, shard.notes)
