"""The note table's checks catch what they are there for."""

from typing import Any

import pyarrow as pa
import pytest
from pandera.errors import SchemaErrors

from nocturne.schemas.notes import NOTE_SCHEMA, NoteTable, is_sorted, song_starts

GOOD: dict[str, list[Any]] = {
    "song_id": ["a", "a", "a", "b"],
    "onset_seconds": [0.0, 0.0, 0.5, 0.0],
    "offset_seconds": [1.0, 1.0, 1.0, 0.25],
    "onset_beats": [0.0, 0.0, 1.0, 0.0],
    "offset_beats": [2.0, 2.0, 2.0, 0.5],
    "pitch": [60, 64, 0, 127],
    "velocity": [1, 64, 64, 127],
}


def table(**changes: list[Any]) -> pa.Table:
    return pa.table(
        {**GOOD, **changes}, schema=pa.schema([f.with_nullable(True) for f in NOTE_SCHEMA])
    )


def test_accepts_a_good_table_and_an_empty_one() -> None:
    assert NoteTable.validate(table(), lazy=True).num_rows == 4
    assert NoteTable.validate(NOTE_SCHEMA.empty_table(), lazy=True).num_rows == 0


NAN, INF = float("nan"), float("inf")
BAD: dict[str, dict[str, list[Any]]] = {
    "negative onset": {"onset_seconds": [-0.1, 0.0, 0.5, 0.0]},
    "nan onset": {"onset_seconds": [NAN, 0.0, 0.5, 0.0]},
    "nan offset": {"offset_beats": [NAN, 2.0, 2.0, 0.5]},
    "infinite": {"offset_seconds": [INF, 1.0, 1.0, 0.25]},
    "null": {"song_id": [None, "a", "a", "b"]},
    "no length": {"offset_seconds": [0.0, 1.0, 1.0, 0.25]},
    "no length in beats": {"offset_beats": [2.0, 2.0, 1.0, 0.5]},
    "pitch 128": {"pitch": [60, 64, 0, 128]},
    "velocity 0": {"velocity": [0, 64, 64, 127]},
    "velocity 128": {"velocity": [128, 64, 64, 127]},
    "pitches unsorted": {"pitch": [64, 60, 0, 127]},
    "onsets unsorted": {"onset_beats": [1.0, 0.0, 1.0, 0.0]},
    "songs unsorted": {"song_id": ["b", "b", "b", "a"]},
    "song in two pieces": {"song_id": ["a", "a", "b", "a"]},
}


@pytest.mark.parametrize("name", BAD)
def test_refuses(name: str) -> None:
    with pytest.raises(SchemaErrors):
        NoteTable.validate(table(**BAD[name]), lazy=True)


def test_refuses_other_columns_and_types() -> None:
    with pytest.raises(SchemaErrors):
        NoteTable.validate(table().append_column("more", pa.array([1, 2, 3, 4])), lazy=True)
    with pytest.raises(SchemaErrors):
        wide = table().set_column(5, "pitch", pa.array([60, 64, 0, 127], pa.int64()))
        NoteTable.validate(wide, lazy=True)
    with pytest.raises(SchemaErrors):
        NoteTable.validate(table().drop_columns(["velocity"]), lazy=True)


def test_song_starts_across_chunks() -> None:
    chunked = pa.concat_tables([table(), table(song_id=["b", "c", "c", "d"])])
    assert song_starts(chunked).tolist() == [0, 3, 5, 7]
    assert not is_sorted(chunked)
