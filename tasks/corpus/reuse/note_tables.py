"""Note tables made of songs that were extracted just now and songs that an earlier ingest knew."""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nocturne.schemas.notes import NOTE_SCHEMA, song_starts
from nocturne.tasks.corpus.reuse.known_songs import VALUES, KnownSongs
from nocturne.tasks.corpus.reuse.song_index import KnownSong
from nocturne.tasks.music.midi.extraction import Rejected


def merged_notes(
    songs: Iterable[str],
    new: pa.Table,
    known: Mapping[str, KnownSong | Rejected],
    published: KnownSongs,
) -> pa.Table:
    """Return the NoteTable of `songs`, each from `new`, a NoteTable, or else as it is known."""
    ids, there = sorted(songs), _songs_of(new)
    notes_of = {i: song.notes_of for i, song in known.items() if isinstance(song, KnownSong)}
    old = published.notes([notes_of[i] for i in ids if i not in there])
    parts = [there[i] if i in there else old[notes_of[i]] for i in ids]
    if not parts:
        return NOTE_SCHEMA.empty_table()
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    runs = pa.RunEndEncodedArray.from_arrays(ends, pa.array(ids, pa.string()))
    columns = [pc.run_end_decode(runs), *pa.concat_tables(parts).columns]
    return pa.Table.from_arrays(columns, schema=NOTE_SCHEMA)


def _songs_of(notes: pa.Table) -> dict[str, pa.Table]:
    """Return the notes of each song of a NoteTable, without ids, by song id."""
    starts = song_starts(notes).tolist()
    values, ids = notes.select(VALUES), notes["song_id"].take(pa.array(starts, pa.int64()))
    lengths = np.diff([*starts, len(notes)]).tolist()
    parts = (values.slice(*span) for span in zip(starts, lengths, strict=True))
    return dict(zip(ids.to_pylist(), parts, strict=True))
