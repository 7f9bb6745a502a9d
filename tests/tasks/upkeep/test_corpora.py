"""What stopped runs left of corpora goes; what is published or under way stays."""

import os
import time
from pathlib import Path

import pytest

from nocturne.schemas.config import PrepareConfig, TidyConfig
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.storage.locking.locks import corpus_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.temporary import unfinished_file
from nocturne.tasks.upkeep.caches import find_caches, remove_caches
from nocturne.tasks.upkeep.corpora import find_leftovers, remove_leftovers
from nocturne.tasks.upkeep.measure import measure
from nocturne.tasks.upkeep.unfinished import find_unfinished, remove_unfinished
from tests.tasks.corpus.note_corpora import random_shards, write_corpus

DAY = 86_400.0
NOW = time.time()
CONFIG = TidyConfig(leftover_days=3)


def add(root: Root, path: str, days: float, content: bytes = b"xyz") -> None:
    """Write a file that is so many days old at NOW."""
    root.write_bytes(path, content)
    os.utime(root.full(path), (NOW - days * DAY,) * 2)


def removed(root: Root) -> list[str]:
    return sorted(one.path for one in remove_leftovers(root, CONFIG, NOW))


def test_staging_of_stopped_runs_goes_when_it_is_old(root: Root) -> None:
    add(root, "staging/a/notes-old/shard-00000.parquet", 4)
    add(root, "staging/a/notes-old/shard-00001.parquet", 5)
    add(root, "staging/a/raw-old.json", 4)
    add(root, "staging/a/notes-new/shard-00000.parquet", 5)
    add(root, "staging/a/notes-new/shard-00001.parquet", 2)  # a rerun goes on from it
    add(root, "staging/a/raw-replaced-01234567/shard-00000.parquet", 0)
    found = sorted(find_leftovers(root, CONFIG, NOW), key=lambda one: one.path)
    assert [(one.path, one.files, one.bytes) for one in found] == [
        ("staging/a/notes-old", 2, 6),
        ("staging/a/raw-old.json", 1, 3),
        ("staging/a/raw-replaced-01234567", 1, 3),
    ]
    assert removed(root) == [one.path for one in found]
    assert root.folders("staging/a") == ["notes-new"]
    assert removed(root) == []


def test_staged_files_of_a_published_generation_stay(root: Root) -> None:
    write_corpus(root, random_shards(3), "songs")
    fingerprint = root.read_json("corpora/songs/notes.json")["fingerprint"]
    add(root, f"staging/songs/notes-{fingerprint}/shard-00000.parquet", 400)
    add(root, "staging/songs/notes-0123/shard-00000.parquet", 400)
    assert removed(root) == ["staging/songs/notes-0123"]


def test_nothing_is_decided_by_a_damaged_marker(root: Root) -> None:
    root.write_bytes("corpora/songs/notes.json", b"{")
    add(root, "staging/songs/notes-0123/shard-00000.parquet", 400)
    assert removed(root) == []


def test_the_staging_of_a_run_that_is_under_way_stays(root: Root) -> None:
    add(root, "staging/a/notes-old/shard-00000.parquet", 400)
    with corpus_writer(root, "a", "ingest"):
        (stays,) = remove_leftovers(root, CONFIG, NOW)
        assert "ingest of corpus a" in stays.why
    assert root.exists("staging/a/notes-old")
    assert removed(root) == ["staging/a/notes-old"]
    assert not root.exists("staging")


def test_downloads_that_were_cut_off_go_and_finished_ones_stay(root: Root) -> None:
    for name in ("a.zip", "a.zip.download.json", "b.zip.part", "b.zip.part.json", "c.zip.rejected"):
        add(root, f"downloads/a/{name}", 4)
    add(root, "downloads/a/d.zip.part", 1)
    assert removed(root) == [
        f"downloads/a/{name}" for name in ("b.zip.part", "b.zip.part.json", "c.zip.rejected")
    ]


def test_copies_of_corpora_that_have_changed_go(root: Root) -> None:
    from nocturne.tasks.corpus import build_sequences

    write_corpus(root, random_shards(40), "songs")
    build_sequences(root, PrepareConfig(root=root.uri, corpus="songs"))
    now = load_dataset(root, "songs", "factored").fingerprint
    for name in (f"{now}-train.npy", "0123-train.npy", "0123-valid.npy"):
        add(root, f".cache/sequences/{name}", 10)
    add(root, ".cache/sequences/4567-train.npy", 1)
    found = [one.name for one in find_caches(root, CONFIG, NOW)]
    assert found == ["0123-train.npy", "0123-valid.npy"]
    assert [one.name for one in remove_caches(root, CONFIG, NOW)] == found
    assert sorted(root.sizes(".cache/sequences")) == ["4567-train.npy", f"{now}-train.npy"]


@pytest.mark.parametrize(
    ("model", "days", "goes"), [("finished", 0, True), ("lost", 4, True), ("under-way", 1, False)]
)
def test_checkpoints_of_finished_and_lost_trainings_go(
    model: str, days: float, goes: bool, root: Root
) -> None:
    add(root, f".cache/checkpoints/{model}/checkpoint.safetensors", days)
    os.utime(root.full(f".cache/checkpoints/{model}"), (NOW - days * DAY,) * 2)
    root.write_bytes("models/finished/card.json", b"{}")
    assert [one.name for one in remove_caches(root, CONFIG, NOW)] == [model] * goes
    assert root.exists(f".cache/checkpoints/{model}") != goes


def test_half_written_files_go_unless_a_process_writes_them(root: Root) -> None:
    add(root, "models/a/.tmp-1", 4)
    add(root, "samples/.tmp-2", 1)
    written = Path(root.full("models/a/.tmp-3"))
    with unfinished_file(written) as stream:
        stream.write(b"xyz")
        stream.flush()
        os.utime(written, (NOW - 4 * DAY,) * 2)
        found = [one.path for one in find_unfinished(root, CONFIG, NOW)]
        assert found == ["models/a/.tmp-1", "models/a/.tmp-3"]
        assert [one.path for one in remove_unfinished(root, CONFIG, NOW)] == found[:1]
    assert measure(root, "models/a").files == 1
    assert root.exists("samples/.tmp-2")
