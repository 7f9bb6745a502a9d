"""The Parquet tables of a sequence dataset."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus.sequences.sequence_plan import SequencePlan

SongIds = tuple[str, NDArray[np.int16]]  # song id, category ids [notes, attributes]


def sequence_schema(vocabulary: Vocabulary) -> pa.Schema:
    """Return the columns of a split: song_id, then one for each attribute."""
    ids = [pa.field(name, pa.int16(), nullable=False) for name in vocabulary.names]
    return pa.schema([pa.field("song_id", pa.string(), nullable=False), *ids])


def sequence_table(songs: list[SongIds], vocabulary: Vocabulary) -> pa.Table:
    """Return one row per note, songs back to back."""
    names = pa.array([song for song, _ in songs], pa.string())
    index = np.repeat(np.arange(len(songs)), [len(ids) for _, ids in songs])
    columns = np.concatenate([ids for _, ids in songs]).T
    arrays = [names.take(pa.array(index)), *(pa.array(c, pa.int16()) for c in columns)]
    return pa.Table.from_arrays(arrays, schema=sequence_schema(vocabulary))


def songs_table(plan: SequencePlan, order: list[str]) -> pa.Table:
    """Return one row per song; songs of one split stand as in the split's file."""
    songs = [plan.songs[song] for song in order]
    return pa.table(
        {
            "song_id": pa.array([song.song_id for song in songs], pa.string()),
            "split": pa.array([plan.split_of[song.song_id] for song in songs], pa.string()),
            "notes": pa.array([song.notes for song in songs], pa.int64()),
            "program": pa.array([song.program for song in songs], pa.int16()),
            "tempo": pa.array([song.tempo for song in songs], pa.float64()),
            "notes_digest": pa.array([song.digest for song in songs], pa.string()),
        }
    )
