"""A published run is whole, or what it lacks is made again: the same bytes, and only that."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.samples import LATER_COLUMNS, RENDERER, SampleRun, checked
from nocturne.tasks.pages import gallery
from nocturne.tasks.samples import check
from nocturne.tasks.samples.batches import begin_run
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.storage.layout import run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, contents, make, write_run

SAMPLES = 3
DATA = "data"
FILES = [f"{i:05d}.{kind}" for i in (0, 2) for kind in ("mid", "png", "ogg")]
FILES += ["manifest.parquet", "notes.parquet", "run.json", "index.html", "page-2.html"]


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.fixture(scope="module")
def model_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleRun]:
    """The folder of a root with a run of two pages, to be copied: rendering takes a while."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gallery, "SAMPLES_PER_PAGE", 2)
        patch.chdir(folder)
        return folder, write_run(Root.open(DATA), SAMPLES)


@pytest.fixture
def root(
    model_run: tuple[Path, SampleRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Root:
    """A root of its own with that run, under the same relative name."""
    monkeypatch.setattr(gallery, "SAMPLES_PER_PAGE", 2)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model_run[0] / DATA, tmp_path / DATA)
    return Root.open(DATA)


@pytest.fixture
def run(root: Root, model_run: tuple[Path, SampleRun]) -> SampleRun:
    return model_run[1]


def heard(path: Path) -> np.ndarray:
    return soundfile.read(path)[0]


@pytest.mark.parametrize("damage", [delete, empty, cut])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_made_again_and_no_other(
    root: Root, run: SampleRun, name: str, damage: Callable[[Path], None]
) -> None:
    folder = Path(root.full(run_path(run.run_id)))
    before, inodes = contents(root, run), {p.name: p.stat().st_ino for p in folder.iterdir()}
    sound = heard(folder / name) if name.endswith(".ogg") else None
    damage(folder / name)
    assert not is_published(root, run)
    make(root, run)
    assert is_published(root, run)
    after = contents(root, run)
    written = {p.name for p in folder.iterdir() if p.stat().st_ino != inodes[p.name]}
    if sound is None:
        assert after == before
        assert written <= {name}
    else:  # each OGG stream has a number of its own, drawn by the encoder
        np.testing.assert_array_equal(heard(folder / name), sound)
        assert after | {name: b""} == before | {name: b""}
        assert written == {name}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe{}",
        b'{"run_id": 7}',
        "another",
        "unknown field",
        "wrong type",
        "no seed",
    ],
)
def test_a_run_json_that_does_not_read_is_written_again(
    root: Root, run: SampleRun, content: bytes | str
) -> None:
    path = f"{run_path(run.run_id)}/run.json"
    before = root.read_bytes(path)
    changes: dict[str, dict[str, Any]] = {
        "another": {"run_id": "another"},
        "unknown field": {"mood": "bright"},
        "wrong type": {"config": []},
        "no seed": {"config": json.loads(before)["config"] | {"seed": None}},
    }
    if isinstance(content, str):
        content = json.dumps(json.loads(before) | changes[content]).encode()
    root.write_bytes(path, content)
    assert not is_published(root, run)
    make(root, run)
    assert root.read_bytes(path) == before


@pytest.mark.parametrize("damage", [delete, empty])
@pytest.mark.parametrize("name", ["00001.png", "00001.ogg", "index.html", None])
def test_a_run_of_an_earlier_version_is_read_as_it_is(
    root: Root, run: SampleRun, name: str | None, damage: Callable[[Path], None]
) -> None:
    """It has no sizes of pictures, audio and pages: files are there, or made again."""
    folder = Path(root.full(run_path(run.run_id)))
    manifest = pq.read_table(folder / "manifest.parquet")
    pq.write_table(manifest.drop_columns(list(LATER_COLUMNS)), folder / "manifest.parquet")
    recorded = json.loads((folder / "run.json").read_bytes())
    for field in ("drawn_seed", "first_samples", "extends", "page_bytes"):
        del recorded[field]
    for field in ("run", "more"):
        del recorded["config"][field]
    (folder / "run.json").write_text(json.dumps(recorded))
    assert is_published(root, run)
    if name:
        damage(folder / name)
        assert not is_published(root, run)
        make(root, run)
        assert is_published(root, run)
        assert (folder / name).stat().st_size > 0


def played_by(root: Root, run: SampleRun, renderer: str) -> None:
    """Make all audio of `run` that of an earlier version's renderer, and note it as such."""
    folder = Path(root.full(run_path(run.run_id)))
    manifest = pq.read_table(folder / "manifest.parquet")
    rows = manifest.to_pylist()
    for row in rows:
        frames = round(row["audio_seconds"] * 32_000)
        with soundfile.SoundFile(folder / row["audio"], "w", 32_000, 1, subtype="VORBIS") as file:
            file.comment = renderer
            file.write(np.zeros(frames, np.float32))
        row["audio_renderer"], row["audio_seconds"] = renderer, frames / 32_000
        row["audio_bytes"] = (folder / row["audio"]).stat().st_size
    changed = pa.Table.from_pylist(rows, manifest.schema)
    pq.write_table(checked(changed), folder / "manifest.parquet")


def test_audio_of_a_poor_renderer_is_made_again_and_nothing_else(
    root: Root, run: SampleRun
) -> None:
    before = contents(root, run)
    played_by(root, run, "pretty_midi")
    assert not is_published(root, run)
    make(root, run)
    assert is_published(root, run)
    after = contents(root, run)
    music = [name for name in before if name.endswith((".mid", ".png"))]
    assert [after[name] for name in music] == [before[name] for name in music]
    for name in ("00000.ogg", "00002.ogg"):
        assert np.abs(heard(Path(root.full(f"{run_path(run.run_id)}/{name}")))).max() > 0.5


def test_audio_of_fluidsynth_stays(root: Root, run: SampleRun) -> None:
    played_by(root, run, "fluidsynth")
    assert is_published(root, run)
    before = contents(root, run)
    empty(Path(root.full(f"{run_path(run.run_id)}/00001.ogg")))
    make(root, run)
    after = contents(root, run)
    assert after["00000.ogg"] == before["00000.ogg"]
    assert after["00001.ogg"] != before["00001.ogg"]
    rows = root.read_table(f"{run_path(run.run_id)}/manifest.parquet")
    assert rows["audio_renderer"].to_pylist() == ["fluidsynth", RENDERER, "fluidsynth"]


def test_a_run_with_other_facts_is_not_this_one(root: Root, run: SampleRun) -> None:
    found = check.read_run_folder(root, run.run_id)
    assert check.holds_run(found, run)
    for changes in ({"samples": 2}, {"notes": 99}, {"seed": 8}, {"audio": False}):
        config = run.config.copy_with(**changes)
        assert not check.holds_run(found, run.model_copy(update={"config": config}))
    elsewhere = run.config.copy_with(root="elsewhere", model="latest")
    assert check.holds_run(found, run.model_copy(update={"config": elsewhere}))


def test_a_part_that_was_cut_is_made_again(root: Root) -> None:
    config = GenerateConfig(root=root.uri, samples=2, audio=False, seed=7)
    run = plan_run(config.copy_with(notes=16), card_of())
    root.write_bytes(f"{run_path(run.run_id)}/parts/part-00000.parquet", b"PAR1, but cut")
    assert begin_run(root, run) == [(0, 2)]
    make(root, run)
    assert is_published(root, run)
