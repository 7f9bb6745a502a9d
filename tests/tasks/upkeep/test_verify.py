"""Every kind of damage is found; what follows from the rest is repaired, nothing is guessed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.upkeep.finding import Finding
from nocturne.tasks.corpus import build_sequences
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.model.registry.champion import promote, read_champion
from nocturne.tasks.storage.layout import champion_path
from nocturne.tasks.storage.locking.locks import corpus_writer, run_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.verify import verify
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import add_model
from tests.tasks.samples.runs_for_tests import write_run

SONGS, SHARD = "corpora/songs", "songs/shard-00000.parquet"
TRAIN = "songs/factored/train.parquet"


@pytest.fixture
def used(root: Root) -> Root:
    """Return a whole root: a prepared corpus, a champion before the champion, a run of samples."""
    write_corpus(root, random_shards(40), "songs")
    build_sequences(root, PrepareConfig(root=root.uri, corpus="songs"))
    for name in ("a", "b"):
        add_model(root, name)
        promote(root, name, "")
    write_run(root, 1, audio=False)
    return root


def findings(root: Root, *, repair: bool = False) -> list[Finding]:
    return list(verify(root, repair=repair).findings)


def cut(root: Root, path: str) -> None:
    """Cut a file short by a byte."""
    root.write_bytes(path, root.read_bytes(path)[:-1])


def flip(root: Root, path: str) -> None:
    """Change a byte in the middle of a file."""
    content = bytearray(root.read_bytes(path))
    content[len(content) // 2] ^= 1
    root.write_bytes(path, bytes(content))


def old(root: Root, path: str) -> None:
    """Write a file that nobody has written to for a year."""
    root.write_bytes(path, b"half")
    os.utime(root.full(path), (1, 1))


def test_a_whole_root_has_no_findings_and_is_not_changed(used: Root) -> None:
    before = {info.path: info.mtime_ns for info in used.all_files("")}
    report = verify(used, repair=True)
    assert report.findings == ()
    assert report.is_whole
    counts = {"corpus": 1, "model": 2, "champion": 1, "samples": 1, "kept": 0, "prime": 0}
    assert report.checked == {**counts, "download": 0}
    assert {info.path: info.mtime_ns for info in used.all_files("")} == before


DAMAGES: dict[str, tuple[Callable[[Root], object], str, str]] = {
    "notes": (lambda root: cut(root, f"notes/{SHARD}"), "corpus", "bytes, not"),
    "files": (lambda root: root.delete(f"files/{SHARD}"), "corpus", "is missing"),
    "marker": (lambda root: root.write_bytes(f"{SONGS}/notes.json", b"{"), "corpus", "is damaged"),
    "no marker": (lambda root: root.delete(f"{SONGS}/notes.json"), "corpus", "have no marker"),
    "ids": (lambda root: cut(root, f"sequences/{TRAIN}"), "corpus", "bytes, not"),
    "vocabulary": (
        lambda root: flip(root, "vocabularies/songs/factored/vocabulary.json"),
        "corpus",
        "vocabulary",
    ),
    "weights": (lambda root: flip(root, "models/a/weights.safetensors"), "model", "is damaged"),
    "card": (lambda root: root.write_bytes("models/a/card.json", b""), "model", "it is empty"),
    "metrics": (lambda root: root.write_bytes("models/a/metrics.json", b"["), "model", "damaged"),
    "pointer": (
        lambda root: root.write_bytes(champion_path("folk", "factored"), b"x"),
        "champion",
        "is damaged",
    ),
    "night": (lambda root: root.write_bytes("nights/folk/n.json", b"{}"), "night", "is damaged"),
    "midi": (
        lambda root: cut(root, f"samples/{root.folders('samples')[0]}/00000.mid"),
        "samples",
        "files are missing, cut",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_content_is_never_made_up(damage: str, used: Root) -> None:
    break_it, part, problem = DAMAGES[damage]
    break_it(used)
    before = {info.path: info.mtime_ns for info in used.all_files("")}
    found = findings(used, repair=True)
    assert part in {one.part for one in found}
    assert any(problem in one.problem for one in found), found
    assert not any(one.repaired for one in found)
    assert all(one.mend for one in found)
    assert {info.path: info.mtime_ns for info in used.all_files("")} == before


def test_rotten_bytes_of_the_same_size_are_found(used: Root) -> None:
    path = "notes/songs/shard-00000.parquet"
    content = used.read_bytes(path)
    used.write_bytes(path, b"\0" * len(content))
    (found,) = (one for one in findings(used) if one.path == path)
    assert "cannot be decoded" in found.problem
    assert "nocturne ingest" in found.mend


def test_half_written_things_are_deleted(used: Root) -> None:
    paths = ("models/half/weights.safetensors", "samples/half/00000.mid", "notes/songs/.tmp-1")
    for path in paths:
        old(used, path)
    expected = {"models/half", "samples/half", "notes/songs/.tmp-1"}
    assert {one.path for one in findings(used) if one.repairable} == expected
    assert all(map(used.exists, paths))
    with run_writer(used, "half", "m"):
        busy = [one for one in findings(used, repair=True) if not one.repaired]
        assert [one.path for one in busy] == ["samples/half"]
        assert "generation of half" in busy[0].mend
    assert [one.path for one in findings(used, repair=True)] == ["samples/half"]
    assert findings(used) == []
    assert not any(map(used.exists, paths))


def test_published_files_are_moved_into_place_and_replaced_ones_deleted(used: Root) -> None:
    dataset = load_dataset(used, "songs", "factored")
    place, staging = (
        Path(used.full(path))
        for path in (
            "sequences/songs/factored",
            f"staging/songs/sequences-factored-{dataset.fingerprint}",
        )
    )
    staging.mkdir(parents=True)
    (place / "test.parquet").rename(staging / "test.parquet")
    (place / "shard-00009.parquet").write_bytes(b"of before")
    with corpus_writer(used, "songs", "prepare"):
        (busy,) = findings(used, repair=True)
        assert "prepare of corpus songs" in busy.mend
    (found,) = findings(used, repair=True)
    assert (found.path, found.repaired) == ("sequences/songs/factored", True)
    assert sorted(path.name for path in place.iterdir()) == [
        "test.parquet",
        "train.parquet",
        "valid.parquet",
    ]
    assert not used.exists("staging")
    assert findings(used) == []


@pytest.mark.parametrize("loss", ["gone", "damaged"])
def test_a_lost_champion_is_rolled_back_to_the_last_whole_one(loss: str, used: Root) -> None:
    used.delete("models/b") if loss == "gone" else flip(used, "models/b/weights.safetensors")
    found = [one for one in findings(used) if one.part == "champion"]
    assert f"the champion b is {loss}" in found[0].problem
    assert (found[0].mend, found[0].repairable) == ("goes back to a", True)
    verify(used, repair=True)
    champion = read_champion(used, "folk", "factored")
    assert champion
    assert champion.model_id == "a"
    assert champion.history[-1].reason == "rolled back from b"
    assert not [one for one in findings(used) if one.part == "champion"]


def test_a_lost_champion_without_another_is_left_to_a_person(root: Root) -> None:
    add_model(root, "a")
    promote(root, "a", "")
    root.delete("models/a")
    (found,) = findings(root, repair=True)
    assert (found.part, found.repairable) == ("champion", False)


def test_the_exit_code_says_whether_something_is_left(
    used: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["verify", "--root", used.uri]
    assert run(command) == 0
    assert ": 0 findings; checked: 1 corpus, 2 model" in capsys.readouterr().out
    old(used, "models/half/weights.safetensors")
    assert run(command) == 3
    assert "models/half: not finished: it has no card (--repair deletes it)" in (
        capsys.readouterr().out
    )
    assert run([*command, "--repair"]) == 0
    assert "repaired  models/half" in capsys.readouterr().out
    flip(used, "models/a/weights.safetensors")
    assert run([*command, "--repair"]) == 3
