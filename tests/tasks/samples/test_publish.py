"""Tests of publishing a run: complete, with true rows, and nothing left over."""

import hashlib
from pathlib import Path

import pytest
import symusic

from nocturne.schemas.samples import SampleRun, checked
from nocturne.tasks.samples import batches
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.publish import clear_leftovers
from nocturne.tasks.storage import layout
from nocturne.tasks.storage.layout import piece_file, run_path
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import contents, make, write_run

RUN_FILES = ["index.html", "manifest.parquet", "notes.parquet", "run.json"]


def names(root: Root, run: SampleRun) -> list[str]:
    return [f.rpartition("/")[2] for f in root.files(f"samples/{run.run_id}", recursive=True)]


def test_a_run_is_complete(root: Root) -> None:
    run = write_run(root, 3)
    each = [f"{i:05d}.{kind}" for i in range(3) for kind in ("mid", "ogg", "png")]
    assert names(root, run) == sorted([*each, *RUN_FILES])
    assert is_published(root, run)
    recorded = SampleRun.model_validate(root.read_json(f"samples/{run.run_id}/run.json"))
    sizes = {n: root.size(f"samples/{run.run_id}/{n}") for n in ("notes.parquet", "index.html")}
    assert recorded == run.model_copy(update={"page_bytes": sizes})


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


def test_a_run_that_lost_a_midi_file_is_not_finished(root: Root) -> None:
    run = write_run(root, 2, audio=False)
    Path(root.full(f"samples/{run.run_id}/00001.mid")).unlink()
    assert not is_published(root, run)
    assert write_run(root, 2, audio=False) == run
    assert is_published(root, run)


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


def test_pages_of_an_earlier_version_belong_to_their_run(root: Root) -> None:
    run = write_run(root, 1, notes=8, audio=False)
    folder = f"samples/{run.run_id}"
    record = root.read_json(f"{folder}/run.json")
    record["page_bytes"]["page-2.html"] = 3
    root.write_json(f"{folder}/run.json", record)
    assert not is_published(root, run)  # a page is missing
    for name in ("page-2.html", "page-3.html"):
        root.write_bytes(f"{folder}/{name}", b"old")
    assert is_published(root, run)
    clear_leftovers(root, run)
    assert "page-2.html" in names(root, run)
    assert "page-3.html" not in names(root, run)


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "00000.mid"),
        (999, "00999.mid"),
        (1000, "01/01000.mid"),
        (99_999, "99/99999.mid"),
        (123_456, "123/123456.mid"),
        (999_999, "999/999999.mid"),
    ],
)
def test_a_folder_has_a_thousand_pieces(index: int, path: str) -> None:
    assert piece_file(index, "mid") == path


@pytest.mark.usefixtures("quick")
def test_a_run_of_several_folders_is_made_whole_again(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "FOLDER_PIECES", 3)
    run = write_run(root, 10, audio=2)
    before = contents(root, run)
    rows = root.read_table(f"{run_path(run.run_id)}/manifest.parquet")
    assert rows["file"].to_pylist()[2:5] == ["00002.mid", "01/00003.mid", "01/00004.mid"]
    assert {name for name in before if "/" in name} == set(rows["file"].to_pylist()[3:])
    assert b'href="02/00006.mid"' in before["page-4.html"]
    folder = Path(root.full(run_path(run.run_id)))
    (folder / "02" / "00007.mid").unlink()
    (folder / "03" / "00011.mid").write_bytes(b"left over")
    assert not is_published(root, run)
    make(root, run)
    assert is_published(root, run)
    assert contents(root, run) == before


def test_a_run_of_an_earlier_version_has_all_pieces_in_its_folder(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(root, 3, audio=False)
    before = contents(root, run)
    monkeypatch.setattr(layout, "FOLDER_PIECES", 2)
    assert is_published(root, run)
    clear_leftovers(root, run)
    assert contents(root, run) == before
