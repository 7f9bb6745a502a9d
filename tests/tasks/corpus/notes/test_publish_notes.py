"""Raw shards to a published note dataset: everything accounted for, resumable, the same bytes."""

import hashlib
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.compute as pc
import pytest
from pyarrow import fs

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.manifest import FileManifest
from nocturne.schemas.notes import NoteTable
from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.corpus.notes.note_plan import clear_other_plans, notes_of_plan, plan_notes
from nocturne.tasks.corpus.notes.read_notes import (
    accepted_songs,
    families_of,
    load_note_dataset,
    require_unchanged,
    shard_names,
    songs_of_shard,
)
from nocturne.tasks.corpus.notes.stage_shard import stage_shard, write_notes
from nocturne.tasks.corpus.raw import stage_raw
from nocturne.tasks.storage.layout import shard_name
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import ingest, ingest_raw
from tests.tasks.corpus.raw_shards_for_tests import RawFile, write_raw
from tests.tasks.corpus.stops import at_every_change
from tests.tasks.music.smf import TEMPO_100, smf, tune

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


def fill(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Make a folder that holds just these files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content or b"text")
        os.utime(folder / name, (1, 1))


def outcomes(root: Root, shards: int) -> dict[str, tuple[str, str | None, str | None]]:
    rows = [
        row
        for index in range(shards)
        for row in root.read_table(f"files/c/{shard_name(index)}").to_pylist()
    ]
    return {row["path"]: (row["outcome"], row["reason"], row["duplicate_of"]) for row in rows}


def dataset_bytes(root: Root) -> dict[str, bytes]:
    kinds = ("notes", "files", "families", "corpora", "raw", "staging")
    paths = [path for kind in kinds for path in root.files(kind, recursive=True)]
    return {path: root.read_bytes(path) for path in paths}


@pytest.mark.parametrize("shard_files", [4, 10])
def test_every_file_has_an_outcome_and_the_first_of_equals_is_kept(
    root: Root, workers: Workers, shard_files: int
) -> None:
    dataset = ingest_raw(root, write_raw(root, FILES, shard_files), workers)
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
    assert note_dataset(root, "c") == dataset
    songs: Counter[str] = Counter()
    for index in range(shards):
        notes = root.read_table(f"notes/c/{shard_name(index)}")
        NoteTable.validate(notes, lazy=True)
        FileManifest.validate(root.read_table(f"files/c/{shard_name(index)}"), lazy=True)
        songs.update(notes["song_id"].to_pylist())
    assert sorted(songs.values()) == [4, 4, 4]


def songs_of(root: Root) -> set[str]:
    """Return the accepted songs as readers find them; CorpusError if the corpus is not whole."""
    load_note_dataset(root, "c")
    songs = {song.song_id for song in accepted_songs(root, "c", 1)}
    names = shard_names(root, "c")
    assert {song for name in names for song, _ in songs_of_shard(root, "c", name)} == songs
    assert set(families_of(root, "c")[0]) == songs
    return songs


def test_a_stop_at_any_moment_ends_in_the_same_bytes(tmp_path: Path, workers: Workers) -> None:
    """Of a first ingest: there is no corpus, or the whole one."""
    folder, torn = tmp_path / "midi", Root.open(str(tmp_path / "torn"))
    fill(folder, dict(FILES))
    config = IngestConfig(root=torn.uri, corpus="c", source=str(folder), shard_files=6)
    ingest(torn, config, workers)
    expected, songs = dataset_bytes(torn), songs_of(torn)

    def run() -> None:
        ingest(torn, config, workers)

    def after() -> None:
        if torn.exists("corpora/c/notes.json"):
            assert songs_of(torn) == songs
        run()
        assert dataset_bytes(torn) == expected
        torn.delete("")

    torn.delete("")
    assert at_every_change(run, after) > 20


@pytest.mark.parametrize("kind", ["disk", "object store"])
def test_a_stop_at_any_moment_leaves_the_old_corpus_or_the_new_one(
    tmp_path: Path, workers: Workers, kind: str
) -> None:
    folder, kept, base = tmp_path / "midi", tmp_path / "kept", tmp_path / "torn"
    torn = Root.open(str(base))
    if kind == "object store":  # no renaming of folders, no local files
        torn = Root("s3://bucket", fs.SubTreeFileSystem(str(base), fs.LocalFileSystem()), "r")
    config = IngestConfig(root=torn.uri, corpus="c", source=str(folder), shard_files=6)
    fill(folder, dict(FILES[:4]))
    ingest(torn, config, workers)
    old_songs = songs_of(torn)
    shutil.copytree(base, kept)
    fill(folder, {**dict(FILES), "new.mid": smf(tune([70, 71, 72]))})
    ingest(torn, config, workers)
    expected, new_songs = dataset_bytes(torn), songs_of(torn)
    assert old_songs < new_songs
    seen: set[frozenset[str]] = set()

    def reset() -> None:
        shutil.rmtree(base)
        shutil.copytree(kept, base)

    def after() -> None:
        seen.add(frozenset(songs_of(torn)))
        ingest(torn, config, workers)
        assert dataset_bytes(torn) == expected
        reset()

    reset()
    assert at_every_change(lambda: ingest(torn, config, workers), after) > 20
    assert seen == {frozenset(old_songs), frozenset(new_songs)}


def test_readers_meet_the_old_corpus_the_new_one_or_one_clear_line(
    tmp_path: Path, workers: Workers
) -> None:
    folder, root = tmp_path / "midi", Root.open(str(tmp_path / "root"))
    config = IngestConfig(root=root.uri, corpus="c", source=str(folder), shard_files=2)
    states = [dict(FILES[:8])]
    for turn in range(6):
        states.append({**states[-1], f"new {turn}.mid": smf(tune([70 + turn, 71, 72]))})
    fill(folder, states[0])
    ingest(root, config, workers)
    found: list[int | str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                dataset = load_note_dataset(root, "c")
                songs = len(songs_of(root))
                require_unchanged(root, "c", dataset)
                found.append(songs)
            except CorpusError as error:
                found.append(str(error))
            except AssertionError:  # the marker changed between two readings: that must be seen
                with pytest.raises(CorpusError, match="anew"):
                    require_unchanged(root, "c", dataset)

    with ThreadPoolExecutor(1) as threads:
        reader = threads.submit(read)
        try:
            for state in states[1:]:
                fill(folder, state)
                ingest(root, config, workers)
        finally:
            done.set()
        reader.result()
    for one in found:
        if isinstance(one, str):
            assert "was ingested anew while it was read: run this again" in one
        else:
            assert one in range(3, 10)
    assert len(songs_of(root)) == 9


def test_a_stop_and_then_another_source_state_keeps_what_was_published(
    tmp_path: Path, workers: Workers
) -> None:
    """What is published but not in place is not cleared as another plan's leftovers."""
    folder, torn = tmp_path / "midi", Root.open(str(tmp_path / "torn"))
    config = IngestConfig(root=torn.uri, corpus="c", source=str(folder), shard_files=6)

    def after() -> None:
        published_before = torn.exists("corpora/c/notes.json")
        fill(folder, {**dict(FILES), "new.mid": smf(tune([70, 71, 72]))})
        changed = stage_raw(torn, config)
        clear_other_plans(torn, plan_notes(torn, config, changed))
        if published_before:
            songs_of(torn)
        torn.delete("")
        fill(folder, dict(FILES))

    fill(folder, dict(FILES))
    assert at_every_change(lambda: ingest(torn, config, workers), after) > 20


def test_what_a_version_before_staged_is_published_to_the_same_bytes(
    root: Root, tmp_path: Path, workers: Workers
) -> None:
    """It left songs that repeat earlier shards out of the notes, and named them in a column."""
    ingest_raw(root, write_raw(root, FILES, 4), workers)
    expected = dataset_bytes(root)
    old = Root.open(str(tmp_path / "old"))
    config = write_raw(old, FILES, 4)
    plan = plan_notes(old, config)
    for index in range(plan.raw.shards):
        stage_shard(old, plan, index, config, workers)
    for path in old.files(plan.extracted):
        files = old.read_table(path)
        repeats = pc.equal(files["path"], "a named.mid")
        old.write_table(path, files.append_column("left_out", repeats))
    path = f"{plan.notes.staging(plan.fingerprint)}/{shard_name(1)}"
    songs = pc.field("song_id") != hashlib.md5(A_NAMED).hexdigest()
    write_notes(old, path, old.read_table(path).filter(songs))
    ingest_raw(old, config, workers)
    assert dataset_bytes(old) == expected


def test_finished_shards_are_not_redone_and_a_changed_config_redoes_them(
    root: Root, workers: Workers
) -> None:
    config = write_raw(root, FILES, 4)
    first = plan_notes(root, config)
    assert stage_shard(root, first, 0, config, workers)
    assert not stage_shard(root, first, 0, config, workers)
    ingest_raw(root, config, workers)
    assert notes_of_plan(root, first)
    stricter = config.copy_with(max_notes=3, max_quarantined_share=1.0)
    second = plan_notes(root, stricter)
    assert notes_of_plan(root, second) is None
    with pytest.raises(CorpusError, match=r"none of the 6 MIDI files .* \(too_many_notes 4"):
        ingest_raw(root, stricter, workers)
    assert notes_of_plan(root, first)  # as it was
    assert root.files(second.extracted)  # to look up what went wrong
    ingest_raw(root, config, workers)


def test_too_large_a_quarantined_share_is_one_clear_line(root: Root, workers: Workers) -> None:
    config = write_raw(root, FILES, 5).copy_with(max_quarantined_share=0.2)
    # notes.txt does not claim to be MIDI; of the 9 others, duplicates included, 2 are broken.
    with pytest.raises(CorpusError, match=r"^22% of the MIDI files of test files are unusable \("):
        ingest_raw(root, config, workers)
    todo = plan_notes(root, config)
    staged = root.files(todo.files.staging(todo.fingerprint))
    rows = [row for path in staged for row in root.read_table(path).to_pylist()]
    assert {row["path"]: row["reason"] for row in rows}["broken.mid"] == "truncated"


def test_fewer_shards_than_before_leave_no_surplus(root: Root, workers: Workers) -> None:
    ingest_raw(root, write_raw(root, FILES, 2), workers)
    ingest_raw(root, write_raw(root, FILES[:4], 4).copy_with(allow_shrink=True), workers)
    assert root.files("notes/c") == ["notes/c/shard-00000.parquet"]


def test_no_raw_shards_is_one_clear_line(root: Root) -> None:
    with pytest.raises(CorpusError, match="corpus c has no finished raw shards"):
        plan_notes(root, IngestConfig(root=root.uri, corpus="c"))


def test_tempo_reaches_the_manifest(root: Root, workers: Workers) -> None:
    ingest_raw(root, write_raw(root, [("t.mid", smf([(0, TEMPO_100), *tune()]))], 1), workers)
    row = root.read_table("files/c/shard-00000.parquet").to_pylist()[0]
    assert row["tempo"] == pytest.approx(100)
    assert (row["notes"], row["ticks_per_quarter"], row["program"]) == (3, 480, 0)
    assert row["seconds"] == pytest.approx(1.8)
    assert pc.max(root.read_table("notes/c/shard-00000.parquet")["offset_beats"]).as_py() == 3.0
