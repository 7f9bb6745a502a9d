"""Tests of output formats: one that is added is written, resumed, checked and in the manifest."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
import symusic

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.sampling.output import FORMATS
from nocturne.schemas.samples import SAMPLE_SCHEMA
from nocturne.tasks.samples import check, manifest, publish, sample_files
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.writers import WRITERS
from nocturne.tasks.samples.writers.writer import Piece, SampleFile, Writer
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, make, write_run

TEXTS = ("abc", "musicxml")


def test_the_manifest_of_all_formats_is_that_of_the_contract() -> None:
    assert manifest.MANIFEST_SCHEMA.equals(SAMPLE_SCHEMA)
    columns = [column for writer in WRITERS for column in writer.columns]
    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        assert SAMPLE_SCHEMA.field(column.name).type == column.type


def test_every_format_that_can_be_asked_for_has_a_writer() -> None:
    assert {writer.suffix for writer in WRITERS} == {*FORMATS, "png"}


def test_a_run_has_the_formats_that_it_was_asked_for(root: Root) -> None:
    config = GenerateConfig(
        root=root.uri, samples=2, notes=12, seed=7, audio=1, formats="wav,abc,musicxml"
    )
    run = make(root, plan_run(config, card_of()))
    assert is_published(root, run)
    table = manifest.read_manifest(root, run.run_id, "manifest.parquet")
    assert table is not None
    rows = table.to_pylist()
    assert [row["wav"] for row in rows] == ["00000.wav", None]
    assert [row["audio"] for row in rows] == [None, None]
    for row in rows:
        content = {name: root.read_bytes(f"samples/{run.run_id}/{row[name]}") for name in TEXTS}
        assert {name: len(content[name]) for name in TEXTS} == {n: row[f"{n}_bytes"] for n in TEXTS}
        (tune,) = symusic.Score.from_abc(content["abc"].decode()).tracks
        assert len(tune.notes) == row["notes"]
        assert content["musicxml"].count(b"<pitch>") >= row["notes"]
        assert f"N:index: {row['index']}" in content["abc"].decode()
    frames, rate = soundfile.read(io.BytesIO(root.read_bytes(f"samples/{run.run_id}/00000.wav")))
    assert (rate, frames.shape[1]) == (48_000, 2)
    assert len(frames) / rate == pytest.approx(rows[0]["seconds"] + 1.5, abs=1e-3)
    root.delete(f"samples/{run.run_id}/00001.abc")
    assert not is_published(root, run)
    make(root, run)
    assert is_published(root, run)


class PitchWriter(Writer):
    """The pitches of a piece, as text."""

    suffix = "txt"
    file_column, size_column = "pitches", "pitches_bytes"
    fact_columns = (pa.field("first_pitch", pa.int64()),)

    def make(self, piece: Piece) -> SampleFile:
        pitches = piece.notes.pitch.tolist()
        return SampleFile(f"{pitches}".encode(), {"first_pitch": pitches[0]})


@pytest.fixture
def pitch_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that is registered beside the others."""
    writers = (*WRITERS, PitchWriter())
    further = PitchWriter().columns
    for module in (check, sample_files):
        monkeypatch.setattr(module, "WRITERS", writers)
    monkeypatch.setattr(manifest, "FURTHER_COLUMNS", further)
    monkeypatch.setattr(manifest, "MANIFEST_SCHEMA", manifest.manifest_schema(further))
    monkeypatch.setattr(publish, "PIECE_FILE", publish.piece_pattern(writers))


@pytest.mark.usefixtures("pitch_writer")
def test_another_format_is_written_checked_and_made_again(root: Root) -> None:
    run = write_run(root, 2, audio=False)
    folder = f"samples/{run.run_id}"
    rows = root.read_table(f"{folder}/manifest.parquet")
    assert rows.column_names == [*SAMPLE_SCHEMA.names, "pitches", "pitches_bytes", "first_pitch"]
    assert rows["pitches"].to_pylist() == ["00000.txt", "00001.txt"]
    before = root.read_bytes(f"{folder}/00001.txt")
    assert rows["pitches_bytes"].to_pylist()[1] == len(before)
    root.delete(f"{folder}/00001.txt")
    assert not is_published(root, run)
    root.write_bytes(f"{folder}/00002.txt", b"left over")
    make(root, run)
    assert is_published(root, run)
    assert root.read_bytes(f"{folder}/00001.txt") == before
    assert not root.exists(f"{folder}/00002.txt")


def test_a_run_from_before_a_format_stays_whole(root: Root, request: pytest.FixtureRequest) -> None:
    run = write_run(root, 2, audio=False)
    request.getfixturevalue("pitch_writer")
    assert is_published(root, run)
    rows = manifest.read_manifest(root, run.run_id, "manifest.parquet")
    assert rows is not None
    assert rows["pitches"].null_count == 2
    content = root.read_bytes(f"samples/{run.run_id}/manifest.parquet")
    assert pq.read_schema(io.BytesIO(content)).names == SAMPLE_SCHEMA.names
