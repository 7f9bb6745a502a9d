"""families/<corpus>/families.parquet: song_id and family, one row for each accepted song.

A family is named by its first song, in order of shards and song_ids; a song alone is its own.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from schemas.notes import song_starts, whole
from tasks.music.families import VALUES, Signature, families, signature
from tasks.storage.root import Root

SCHEMA = pa.schema(
    [
        pa.field("song_id", pa.string(), nullable=False),
        pa.field("family", pa.string(), nullable=False),
    ]
)


def families_path(corpus: str) -> str:
    """Path of a corpus's families."""
    return f"families/{corpus}/families.parquet"


def write_families(root: Root, corpus: str, shards: list[str]) -> int:
    """Find the families of the published note shards, write them, return how many there are."""
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda path: _signatures(root, path), shards))
    songs = [song for part in found for song in part]
    ids = np.array([song_id for song_id, _ in songs], object)
    long = [row for row, (_, value) in enumerate(songs) if value is not None]
    family = np.arange(len(songs))
    if long:
        values = np.array([songs[row][1] for row in long], np.uint32).reshape(-1, VALUES)
        family[long] = np.array(long)[families(values)]
    columns = [pa.array(ids, pa.string()), pa.array(ids[family], pa.string())]
    root.write_table(families_path(corpus), pa.Table.from_arrays(columns, schema=SCHEMA))
    return len(np.unique(family))


def _signatures(root: Root, path: str) -> list[tuple[str, Signature | None]]:
    table = root.read_table(path, columns=["song_id", "pitch"])
    starts = song_starts(table)
    ids = whole(table["song_id"]).take(pa.array(starts)).to_pylist()
    pitches = np.split(table["pitch"].to_numpy(), starts[1:]) if len(starts) else []
    return [(song, signature(pitch)) for song, pitch in zip(ids, pitches, strict=True)]
