"""Tests of the sample manifest's checks: each catches what it is there for."""

from typing import Any

import pandera.errors
import pyarrow as pa
import pytest

from nocturne.schemas.samples import SAMPLE_SCHEMA, checked, completed

ROW: dict[str, Any] = {
    "run_id": "run",
    "index": 0,
    "file": "00000.mid",
    "seed": 0,
    "model_id": "model",
    "vocabulary_id": "vocabulary",
    "temperature": 1.0,
    "top_p": 1.0,
    "random_input": "primer",
    "tempo": 120.0,
    "program": 0,
    "notes": 3,
    "beats": 2.0,
    "seconds": 1.0,
    "lowest_pitch": 60,
    "highest_pitch": 67,
    "distinct_pitches": 3,
    "midi_bytes": 100,
    "midi_sha256": "0" * 64,
    "picture": "00000.png",
    "audio": None,
    "audio_seconds": None,
    "audio_renderer": None,
}
SOUND = {"audio": "00000.ogg", "audio_seconds": 2.5, "audio_renderer": "rustysynth"}
BAD: list[dict[str, Any]] = [
    {"index": -1},
    {"file": "../00000.mid"},
    {"file": None},
    {"temperature": 0.0},
    {"temperature": 4.5},
    {"top_p": 1.5},
    {"lowest": -1},
    {"highest": 128},
    {"transpose": 60},
    {"min_p": 0.0},
    {"random_input": "zero"},
    {"tempo": float("nan")},
    {"program": 128},
    {"notes": 0},
    {"highest_pitch": 128},
    {"midi_sha256": "0" * 63},
    {"picture": "0.png"},
    {"audio": "00000.ogg"},
    SOUND | {"audio_renderer": "orchestra"},
    SOUND | {"audio_seconds": -1.0},
]


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SAMPLE_SCHEMA)


@pytest.mark.parametrize("renderer", ["rustysynth", "fluidsynth", "pretty_midi"])
def test_good_rows_pass(renderer: str) -> None:
    sound = SOUND | {"audio_renderer": renderer}
    second = ROW | {"index": 1, "file": "00001.mid"} | sound
    assert checked(table(ROW, second)).num_rows == 2


@pytest.mark.parametrize("change", BAD, ids=lambda c: ",".join(f"{k}={v}" for k, v in c.items()))
def test_a_bad_value_is_caught(change: dict[str, Any]) -> None:
    with pytest.raises(pandera.errors.SchemaError):
        checked(table(ROW | change))


@pytest.mark.parametrize("index", [0, 2])
def test_indices_count_up_by_one(index: int) -> None:
    with pytest.raises(pandera.errors.SchemaError):
        checked(table(ROW, ROW | {"index": index, "file": "00001.mid"}))


def test_a_missing_column_is_caught() -> None:
    with pytest.raises(pandera.errors.SchemaError):
        checked(table(ROW).drop_columns("seed"))


@pytest.mark.parametrize(
    "beats", [[], [0.0], [0.0, 32.0, 96.0], [0.0, 0.0], [0.0, 32.0, 16.0, 40.0]]
)
def test_a_picture_has_rising_stretches(beats: list[float]) -> None:
    with pytest.raises(pandera.errors.SchemaError):
        checked(table(ROW | {"picture_beats": beats}))


def test_a_manifest_of_an_earlier_version_is_completed() -> None:
    old = table(ROW).drop_columns("picture_beats")
    assert checked(completed(old))["picture_beats"].to_pylist() == [None]
    new = table(ROW | {"picture_beats": [0.0, 16.0]})
    assert completed(new)["picture_beats"].to_pylist() == [[0.0, 16.0]]


def test_a_column_that_came_before_another_is_put_in_its_place() -> None:
    further = (pa.field("pdf", pa.string()),)
    old = (
        table(ROW).drop_columns("picture_beats").append_column(further[0], pa.nulls(1, pa.string()))
    )
    assert completed(old, further).column_names == [*SAMPLE_SCHEMA.names, "pdf"]
    assert checked(completed(old, further), further).num_rows == 1
