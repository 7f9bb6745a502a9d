"""Raw shards to a published note dataset: everything accounted for, resumable, the same bytes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.compute as pc
import pytest

from schemas.config import IngestConfig
from schemas.errors import CorpusError
from schemas.manifest import FileManifest, NoteDataset
from schemas.notes import NoteTable
from tasks.music.worker import limit_memory
from tasks.storage.note_dataset import (
    clear_other_plans,
    load_marker,
    plan,
    published,
    shard_name,
    stage_shard,
)
from tasks.storage.publish_notes import publish_notes
from tasks.storage.root import Root
from tasks.storage.workers import Workers
from tests.tasks.music.smf import TEMPO_100, smf, tune
from tests.tasks.storage.raw_shards import RawFile, write_raw

A, B, C = (smf(tune([60 + i, 62, 64, 65 + i])) for i in range(3))
A_NAMED = smf([(0, [0xFF, 3, 4, *b"name"]), *tune([60, 62, 64, 65])])  # other bytes, same notes
FILES: list[RawFile] = [
    ("a.mid", A),
    ("b.mid", B),
    ("notes.txt", None),
    ("a again.mid", A),
    ("broken.mid", A[:-5]),
    ("c.mid", C),
    ("b elsewhere.mid", B),
    ("a named.mid", A_NAMED),
    ("page.mid", b"<html>"),
    ("broken again.mid", A[:-5]),
]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, limit_memory, (512,)) as started:
        yield started


def ingest(root: Root, config: IngestConfig, workers: Workers) -> NoteDataset:
    todo = plan(root, config)
    clear_other_plans(root, todo)
    for index in range(todo.raw.shards):
        stage_shard(root, todo, index, config, workers)
    return publish_notes(root, todo, config)


def outcomes(root: Root, shards: int) -> dict[str, tuple[str, str | None, str | None]]:
    rows = [
        row
        for index in range(shards)
        for row in root.read_table(f"files/c/{shard_name(index)}").to_pylist()
    ]
    return {row["path"]: (row["outcome"], row["reason"], row["duplicate_of"]) for row in rows}


def dataset_bytes(root: Root) -> dict[str, bytes]:
    paths = root.files("notes", recursive=True) + root.files("files", recursive=True)
    return {path: root.read_bytes(path) for path in paths}


@pytest.mark.parametrize("shard_files", [4, 10])
def test_every_file_has_an_outcome_and_the_first_of_equals_is_kept(
    root: Root, workers: Workers, shard_files: int
) -> None:
    dataset = ingest(root, write_raw(root, FILES, shard_files), workers)
    shards = -(-len(FILES) // shard_files)
    assert outcomes(root, shards) == {
        "a.mid": ("accepted", None, None),
        "b.mid": ("accepted", None, None),
        "notes.txt": ("quarantined", "not_midi", None),
        "a again.mid": ("duplicate", "same_file", "a.mid"),
        "broken.mid": ("quarantined", "truncated", None),
        "c.mid": ("accepted", None, None),
        "b elsewhere.mid": ("duplicate", "same_file", "b.mid"),
        "a named.mid": ("duplicate", "same_notes", "a.mid"),
        "page.mid": ("quarantined", "not_midi", None),
        "broken again.mid": ("duplicate", "same_file", "broken.mid"),
    }
    assert dataset.counts.model_dump() == {
        "inputs": 10,
        "accepted": 3,
        "quarantined": 3,
        "duplicate": 4,
    }
    assert (dataset.notes, dataset.licence, dataset.attribution) == (12, "CC0", "nobody")
    assert load_marker(root, "c") == dataset
    songs: Counter[str] = Counter()
    for index in range(shards):
        notes = root.read_table(f"notes/c/{shard_name(index)}")
        NoteTable.validate(notes, lazy=True)
        FileManifest.validate(root.read_table(f"files/c/{shard_name(index)}"), lazy=True)
        songs.update(notes["song_id"].to_pylist())
    assert sorted(songs.values()) == [4, 4, 4]


def test_a_stop_at_any_moment_ends_in_the_same_bytes(tmp_path: Path, workers: Workers) -> None:
    whole = Root.open(str(tmp_path / "whole"))
    ingest(whole, write_raw(whole, FILES, 4), workers)
    expected = dataset_bytes(whole)
    writes = len(expected) + 2  # notes of two shards are written twice
    for stop in range(1, writes):
        root = Root.open(str(tmp_path / f"stopped {stop}"))
        config = write_raw(root, FILES, 4)
        with pytest.raises(KeyboardInterrupt):
            ingest(_StopsAt(root, stop), config, workers)
        assert not root.exists("notes/c/dataset.json")
        ingest(root, config, workers)
        assert dataset_bytes(root) == expected


class _StopsAt(Root):
    """A root whose n-th write never happens."""

    def __init__(self, root: Root, stop: int) -> None:
        super().__init__(root.uri, root.filesystem, root.base)
        object.__setattr__(self, "left", [stop])

    def write_bytes(self, path: str, content: bytes) -> None:
        self._count()
        super().write_bytes(path, content)

    def write_table(self, path: str, table: object, **options: object) -> None:
        self._count()
        super().write_table(path, table, **options)

    def _count(self) -> None:
        self.left[0] -= 1  # type: ignore[attr-defined]
        if self.left[0] <= 0:  # type: ignore[attr-defined]
            raise KeyboardInterrupt


def test_finished_shards_are_not_redone_and_a_changed_config_redoes_them(
    root: Root, workers: Workers
) -> None:
    config = write_raw(root, FILES, 4)
    first = plan(root, config)
    assert stage_shard(root, first, 0, config, workers)
    assert not stage_shard(root, first, 0, config, workers)
    ingest(root, config, workers)
    assert published(root, first)
    stricter = config.having(max_notes=3, max_quarantined_share=1.0)
    second = plan(root, stricter)
    assert published(root, second) is None
    with pytest.raises(CorpusError, match=r"none of the 6 MIDI files .* \(too_many_notes 4"):
        ingest(root, stricter, workers)
    assert not root.exists(first.marker)
    assert not root.exists(first.staging)


def test_too_large_a_quarantined_share_is_one_clear_line(root: Root, workers: Workers) -> None:
    config = write_raw(root, FILES, 5).having(max_quarantined_share=0.3)
    # Of 10 files, notes.txt does not claim to be MIDI and 4 are duplicates: 2 of 5 are broken.
    with pytest.raises(CorpusError, match=r"^40% of the MIDI files of test files are unusable \("):
        ingest(root, config, workers)
    assert outcomes(root, 2)["broken.mid"][1] == "truncated"


def test_fewer_shards_than_before_leave_no_surplus(root: Root, workers: Workers) -> None:
    ingest(root, write_raw(root, FILES, 2), workers)
    ingest(root, write_raw(root, FILES[:4], 4), workers)
    assert root.files("notes/c") == ["notes/c/dataset.json", "notes/c/shard-00000.parquet"]


def test_no_raw_shards_is_one_clear_line(root: Root) -> None:
    with pytest.raises(CorpusError, match="corpus c has no finished raw shards"):
        plan(root, IngestConfig(root=root.uri, corpus="c"))


def test_tempo_reaches_the_manifest(root: Root, workers: Workers) -> None:
    ingest(root, write_raw(root, [("t.mid", smf([(0, TEMPO_100), *tune()]))], 1), workers)
    row = root.read_table("files/c/shard-00000.parquet").to_pylist()[0]
    assert row["tempo"] == pytest.approx(100)
    assert (row["notes"], row["ticks_per_quarter"], row["program"]) == (3, 480, 0)
    assert row["seconds"] == pytest.approx(1.8)
    assert pc.max(root.read_table("notes/c/shard-00000.parquet")["offset_beats"]).as_py() == 3.0
