"""The ingest flow on real files, from source to published notes."""

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from prefect.context import TaskRunContext

from nocturne.flows.ingest import ingest
from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import FileManifest
from nocturne.schemas.notes import NoteTable, song_starts
from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.storage.root import Root
from tests.tasks.music.smf import smf, tune

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("prefect_server")]


def test_every_shared_file_is_accounted_for_and_a_second_run_reuses(
    root: Root, shared_midi: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = IngestConfig(
        root=root.uri, corpus="all", source=str(shared_midi), shard_files=700, reader="symusic"
    )
    summary = ingest(config)
    files = pa.concat_tables(
        [root.read_table(path) for path in root.files("files/all", ".parquet")]
    )
    FileManifest.validate(files, lazy=True)
    paths = {str(p.relative_to(shared_midi)) for p in shared_midi.rglob("*") if p.is_file()}
    assert {path.removeprefix("./") for path in files["path"].to_pylist()} == paths
    assert len(files) == len(paths) == summary.counts.inputs
    outcomes = Counter(files["outcome"].to_pylist())
    assert outcomes == {
        "accepted": summary.counts.accepted,
        "quarantined": summary.counts.quarantined,
        "duplicate": summary.counts.duplicate,
    }
    assert summary.counts.accepted > 1700
    reasons = set(files["reason"].to_pylist())
    assert {"not_midi", "truncated", "bad_data_byte", "bad_event", "same_notes"} <= reasons
    songs = 0
    for path in root.files("notes/all", ".parquet"):
        notes = NoteTable.validate(root.read_table(path), lazy=True)
        songs += len(song_starts(notes))
    assert songs == summary.counts.accepted
    assert note_dataset(root, "all").counts == summary.counts

    assert root.exists("statistics/all/quality.parquet")
    assert b'<svg class="chart' in root.read_bytes("quality/all/report.html")
    assert b'href="all/report.html"' in root.read_bytes("quality/index.html")

    before = {path: root.read_bytes(path) for path in root.files("notes/all")}
    with caplog.at_level(logging.INFO):
        again = ingest(config)
    assert again.reused
    assert again.counts == summary.counts
    inputs = summary.counts.inputs
    assert (summary.changes.new, again.changes.reused) == (inputs, inputs)
    assert f"files of all: 0 new, 0 changed, {inputs:,} reused, 0 removed" in caplog.text
    assert "notes of all are already extracted: reused" in caplog.text
    assert {path: root.read_bytes(path) for path in root.files("notes/all")} == before


def test_only_corrupt_files_is_one_clear_line(root: Root, tmp_path: Path) -> None:
    folder = tmp_path / "corrupt"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.mid").write_bytes(smf(tune([60, ord(name)]))[:-5])
    with pytest.raises(CorpusError) as caught:
        ingest(IngestConfig(root=root.uri, corpus="corrupt", source=str(folder)))
    message = str(caught.value)
    assert message.startswith("none of the 2 MIDI files of ")
    assert "(truncated 2)" in message
    assert "\n" not in message
    with pytest.raises(CorpusError, match="unknown or unfinished corpus corrupt"):
        note_dataset(root, "corrupt")


def test_the_flow_and_each_of_its_tasks_open_the_root_once(
    root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "midi"
    folder.mkdir()
    for pitch in range(60, 64):
        (folder / f"{pitch}.mid").write_bytes(smf(tune([pitch, 62, 64, 65])))
    opened: Counter[str] = Counter()
    real = Root.open

    def counted(uri: str, **options: Any) -> Root:
        context = TaskRunContext.get()
        opened[context.task_run.name if context else "flow"] += 1
        return real(uri, **options)

    monkeypatch.setattr(Root, "open", counted)
    ingest(IngestConfig(root=root.uri, corpus="c", source=str(folder), shard_files=2))
    assert set(opened.values()) == {1}
    assert {"flow", "shard c", "extract shard 0", "extract shard 1"} < set(opened)
