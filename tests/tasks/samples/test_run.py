"""Tests of writing a run: whole, repeatable, resumed, never half published."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import symusic

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import StorageError
from nocturne.schemas.samples import SampleRun, checked
from nocturne.tasks.samples import batches
from nocturne.tasks.samples.batches import batches_of, write_batch
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.identity import COUNTED, plan_run
from nocturne.tasks.samples.publish import clear_leftovers, publish_run
from nocturne.tasks.samples.sample_files import make_files
from nocturne.tasks.storage.layout import run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, contents, wander, write_run


def names(root: Root, run: SampleRun) -> list[str]:
    return [f.rpartition("/")[2] for f in root.files(f"samples/{run.run_id}", recursive=True)]


def test_a_run_is_complete(root: Root) -> None:
    run = write_run(root, 3)
    each = [f"{i:05d}.{kind}" for i in range(3) for kind in ("mid", "ogg", "png")]
    assert names(root, run) == sorted([*each, "index.html", "manifest.parquet", "run.json"])
    assert is_published(root, run)
    told = SampleRun.model_validate(root.read_json(f"samples/{run.run_id}/run.json"))
    size = root.size(f"samples/{run.run_id}/index.html")
    assert told == run.model_copy(update={"page_bytes": {"index.html": size}})


def test_manifest_rows_tell_the_truth(root: Root) -> None:
    run = write_run(root, 3)
    manifest = checked(root.read_table(f"samples/{run.run_id}/manifest.parquet"))
    assert manifest["index"].to_pylist() == [0, 1, 2]
    for row in manifest.to_pylist():
        content = root.read_bytes(f"samples/{run.run_id}/{row['file']}")
        assert row["midi_sha256"] == hashlib.sha256(content).hexdigest()
        assert row["midi_bytes"] == len(content)
        for name in ("picture", "audio"):
            assert row[f"{name}_bytes"] == root.size(f"samples/{run.run_id}/{row[name]}")
        score = symusic.Score.from_midi(content)
        pitches = [n.pitch for n in score.tracks[0].notes]
        assert (row["notes"], row["distinct_pitches"]) == (len(pitches), len(set(pitches)))
        assert (row["lowest_pitch"], row["highest_pitch"]) == (min(pitches), max(pitches))
        assert row["beats"] == score.end() / 480
        assert row["picture_beats"] == [0, 4 * -(-score.end() // (4 * 480))]
        assert row["seconds"] == pytest.approx(row["beats"] / 2)
        assert row["audio_seconds"] == pytest.approx(row["seconds"] + 1.5, abs=1e-3)


def test_the_same_request_gives_the_same_midi(root: Root, tmp_path: Path) -> None:
    other = Root.open(str(tmp_path / "other"))
    one, two = write_run(root, 2, audio=False), write_run(other, 2, audio=False)
    assert one.run_id == two.run_id
    for name in ("00000.mid", "00001.mid", "00000.png"):
        path = f"samples/{one.run_id}/{name}"
        assert root.read_bytes(path) == other.read_bytes(path)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"samples": 3},
        {"notes": 99},
        {"temperature": 0.5},
        {"top_p": 0.9},
        {"random_input": "gaussian"},
        {"tempo": 90.0},
        {"program": 1},
        {"audio": False},
    ],
)
def test_run_id_depends_on_every_parameter(change: dict[str, Any]) -> None:
    plain = GenerateConfig(seed=0)
    other = plan_run(plain.copy_with(**change), card_of())
    assert other.run_id != plan_run(plain, card_of()).run_id


@pytest.mark.parametrize(
    ("asked", "run_id"),
    [
        ({"seed": 0}, "folk-small-20260102-seed0-8d937951"),
        (
            {"seed": 7, "samples": 100, "notes": 512, "temperature": 0.9},
            "folk-small-20260102-seed7-133ac780",
        ),
        (
            {
                "seed": 3,
                "audio": False,
                "program": 1,
                "tempo": 90.0,
                "top_p": 0.9,
                "random_input": "gaussian",
            },
            "folk-small-20260102-seed3-cd22b78f",
        ),
    ],
)
def test_run_ids_of_earlier_versions_stay(asked: dict[str, Any], run_id: str) -> None:
    assert plan_run(GenerateConfig(**asked), card_of()).run_id == run_id


def test_midi_of_earlier_versions_stays() -> None:
    run = plan_run(GenerateConfig(seed=0, audio=False), card_of())
    files, row = make_files(run, 3, wander(3))
    assert row["midi_sha256"].startswith("a58278cc0f5d822b")
    assert hashlib.sha256(files["00003.mid"]).hexdigest() == row["midi_sha256"]


def test_every_field_of_a_request_counts_or_is_known_not_to() -> None:
    not_counted = {"root", "model", "program", "run", "more", "corpus", "scheme"}
    assert set(GenerateConfig.model_fields) <= not_counted | set(COUNTED)


def test_an_empty_seed_is_drawn_and_stands_in_the_run() -> None:
    runs = [plan_run(GenerateConfig(), card_of()) for _ in range(5)]
    assert len({run.seed for run in runs}) == len({run.run_id for run in runs}) == 5
    assert all(run.drawn_seed and f"-seed{run.seed}-" in run.run_id for run in runs)
    assert not plan_run(GenerateConfig(seed=3), card_of()).drawn_seed


def test_run_id_does_not_depend_on_where_or_how_it_was_asked() -> None:
    asked = [
        GenerateConfig(seed=0),
        GenerateConfig(seed=0, root="elsewhere", model="latest"),
        GenerateConfig(seed=0, program=73),  # the card's own program
    ]
    assert len({plan_run(config, card_of()).run_id for config in asked}) == 1
    assert plan_run(asked[0], card_of("other")).run_id.startswith("other-seed0-")


def test_an_interrupted_batch_keeps_its_files(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    run = plan_run(GenerateConfig(root=root.uri, samples=4), card_of())
    pieces = [wander(i) for i in range(4)]
    write_batch(root, run, 0, pieces)
    folder = Path(root.full(f"samples/{run.run_id}"))
    (folder / "parts" / "part-00000.parquet").unlink()
    (folder / "00002.png").unlink()
    (folder / "00001.mid").write_bytes(b"MThd, but cut")
    (folder / "00003.ogg").write_bytes(b"OggS, but cut")
    for name in ("00000.ogg", "00001.png"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
    before = {p.name: p.stat().st_ino for p in folder.glob("0*")}
    write_batch(root, run, 0, pieces)
    after = {p.name: p.stat().st_ino for p in folder.glob("0*")}
    assert len(after) == 12
    made_again = {name for name in after if after[name] != before.get(name)}
    assert made_again == {"00002.png", "00001.mid", "00003.ogg", "00000.ogg", "00001.png"}
    publish_run(root, run, card_of())
    assert is_published(root, run)


def test_a_run_that_lost_a_midi_file_is_not_finished(root: Root) -> None:
    run = write_run(root, 2, audio=False)
    Path(root.full(f"samples/{run.run_id}/00001.mid")).unlink()
    assert not is_published(root, run)
    assert write_run(root, 2, audio=False) == run
    assert is_published(root, run)


def test_batches_cover_the_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = plan_run(GenerateConfig(samples=600), card_of())
    assert batches_of(run) == [(0, 256), (256, 256), (512, 88)]


def test_several_batches_make_one_manifest(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_SAMPLES", 2)
    run = write_run(root, 5, audio=False)
    manifest = root.read_table(f"samples/{run.run_id}/manifest.parquet")
    assert manifest["file"].to_pylist() == [f"{i:05d}.mid" for i in range(5)]


def test_what_a_kill_left_is_cleared_by_the_next_run(root: Root) -> None:
    run = write_run(root, 2, audio=False)
    before = contents(root, run)
    folder = Path(root.full(run_path(run.run_id)))
    folder.joinpath("parts").mkdir()
    for name in ("parts/part-00000.parquet", "00002.mid", "00007.png", "page-2.html"):
        folder.joinpath(name).write_bytes(b"left over")
    folder.joinpath("notes.txt").write_bytes(b"a person's own file")
    assert is_published(root, run)
    clear_leftovers(root, run)
    assert contents(root, run) == before | {"notes.txt": b"a person's own file"}


def test_batches_are_written_by_the_same_threads(root: Root) -> None:
    """New threads for each batch took new memory each."""
    seen = set()
    run = plan_run(GenerateConfig(root=root.uri, samples=4, audio=False, seed=1), card_of())
    for first in (0, 2):
        write_batch(root, run, first, [wander(0), wander(1)])
        seen |= {thread for thread in threading.enumerate() if "samples" in thread.name}
    assert 1 <= len(seen) <= batches.MAX_THREADS


def test_progress_counts_every_sample(root: Root) -> None:
    run = plan_run(GenerateConfig(root=root.uri, samples=3, audio=False), card_of())
    told: list[tuple[float, float]] = []
    write_batch(root, run, 0, [wander(i) for i in range(3)], lambda *at: told.append(at))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_root_that_cannot_be_written_gives_one_line(root: Root) -> None:
    Path(root.full("samples")).write_text("a file where the folder should be")
    run = plan_run(GenerateConfig(root=root.uri, samples=2, audio=False), card_of())
    with pytest.raises(StorageError) as error:
        write_batch(root, run, 0, [wander(0), wander(1)])
    assert "\n" not in str(error.value)
    assert "check that the storage root" in str(error.value)


@pytest.fixture
def read_only_root(tmp_path: Path) -> Iterator[Root]:
    """A root that everybody may read and this process may not write, superuser or not."""
    write_run(Root.open(str(tmp_path / "first")), 1, audio=False)  # loads all code and fonts
    user = os.geteuid()
    with TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        root = Root.open(folder)
        Path(folder).chmod(0o555)
        if user == 0:
            os.seteuid(65534)
        try:
            yield root
        finally:
            os.seteuid(user)
            Path(folder).chmod(0o700)


def test_a_read_only_root_gives_one_line(read_only_root: Root) -> None:
    run = plan_run(GenerateConfig(samples=2, audio=False), card_of())
    with pytest.raises(StorageError, match=r"^cannot write .*Permission denied; check") as error:
        write_batch(read_only_root, run, 0, [wander(0), wander(1)])
    assert "\n" not in str(error.value)


def test_run_id_does_not_depend_on_how_the_model_was_found() -> None:
    named = GenerateConfig(seed=7, corpus="folk", scheme="factored")
    run_id = plan_run(named, card_of()).run_id
    assert run_id == plan_run(GenerateConfig(seed=7), card_of()).run_id
