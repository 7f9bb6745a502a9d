"""NoteTable: the notes of many songs, one row per note.

song_id is the md5 of the file's bytes; times are in seconds and in quarter notes, finite, with
offset > onset >= 0; pitch is 0-127 and velocity 1-127; sorted by (song_id, onset, pitch).
"""

import numpy as np
import pandera.pyarrow as pandera
import pyarrow as pa
import pyarrow.compute as pc

NOTE_SCHEMA = pa.schema(
    [
        pa.field("song_id", pa.string(), nullable=False),
        pa.field("onset_seconds", pa.float64(), nullable=False),
        pa.field("offset_seconds", pa.float64(), nullable=False),
        pa.field("onset_beats", pa.float64(), nullable=False),
        pa.field("offset_beats", pa.float64(), nullable=False),
        pa.field("pitch", pa.uint8(), nullable=False),
        pa.field("velocity", pa.uint8(), nullable=False),
    ]
)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, without a copy if it is one already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def song_starts(table: pa.Table) -> np.ndarray:
    """Return the first row of each run of one song_id, int64 [runs]."""
    ids = whole(table["song_id"])
    if not len(ids):
        return np.zeros(0, np.int64)
    ends = pc.run_end_encode(ids).run_ends.to_numpy()
    return np.concatenate([[0], ends[:-1]]).astype(np.int64)


def is_sorted(table: pa.Table) -> bool:
    """Whether rows are sorted by (song_id, onset, pitch), each song once."""
    starts = song_starts(table)
    songs = whole(table["song_id"]).take(pa.array(starts))
    if len(songs) > 1 and not pc.all(pc.greater(songs[1:], songs[:-1])).as_py():
        return False
    onset = table["onset_beats"].to_numpy()
    pitch = table["pitch"].to_numpy().astype(np.int16)
    later = (onset[1:] > onset[:-1]) | ((onset[1:] == onset[:-1]) & (pitch[1:] >= pitch[:-1]))
    later[starts[1:] - 1] = True  # a new song starts again
    return bool(later.all())


def _offset_after_onset(data: pandera.PyArrowData) -> bool:
    """Whether every note has a length, in seconds and in beats."""
    table = data.table
    seconds = pc.all(pc.greater(table["offset_seconds"], table["onset_seconds"]))
    beats = pc.all(pc.greater(table["offset_beats"], table["onset_beats"]))
    return seconds.as_py() is not False and beats.as_py() is not False


def _sorted(data: pandera.PyArrowData) -> bool:
    return is_sorted(data.table)


def _time() -> pandera.Column:
    # pandera's backend counts NaN as null, and refuses both.
    return pandera.Column(pa.float64(), pandera.Check.in_range(0, float("inf"), include_max=False))


NoteTable = pandera.DataFrameSchema(
    {
        "song_id": pandera.Column(pa.string()),
        "onset_seconds": _time(),
        "offset_seconds": _time(),
        "onset_beats": _time(),
        "offset_beats": _time(),
        "pitch": pandera.Column(pa.uint8(), pandera.Check.le(127)),
        "velocity": pandera.Column(pa.uint8(), pandera.Check.in_range(1, 127)),
    },
    checks=[
        pandera.Check(_offset_after_onset, name="offset_after_onset"),
        pandera.Check(_sorted, name="sorted_by_song_onset_pitch"),
    ],
    strict=True,
    ordered=True,
    name="NoteTable",
)
