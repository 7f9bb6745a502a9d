"""Tests of keeping pieces: copies that outlive their run, whole or not there."""

import json
import os
import time

import pytest

from nocturne.flows.cli.commands import run as nocturne
from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.samples.keep import keep_pieces, read_kept
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.delete import delete_named_run
from nocturne.tasks.upkeep.tidy import tidy
from nocturne.tasks.upkeep.usage import usage_of
from nocturne.tasks.upkeep.verify import verify
from tests.tasks.samples.runs_for_tests import write_run


@pytest.fixture
def run(root: Root) -> SampleRun:
    return write_run(root, 3, notes=8, audio=False)


def kept_problems(root: Root) -> list[tuple[str, str]]:
    findings = verify(root).findings
    return [(one.path.rpartition("/")[2], one.problem) for one in findings if one.part == "kept"]


def test_kept_pieces_outlive_their_run(root: Root, run: SampleRun) -> None:
    midi = root.read_bytes(f"samples/{run.run_id}/00002.mid")
    assert keep_pieces(root, run.run_id, [2, 2]).added == 1
    again = keep_pieces(root, run.run_id, [0, 2])
    assert (again.pieces, again.added) == (2, 1)
    kept = read_kept(root, run.run_id)
    assert kept is not None
    assert {i: list(files) for i, files in kept.pieces.items()} == {
        0: ["00000.mid"],
        2: ["00002.mid"],
    }
    delete_named_run(root, run.run_id)
    for path in root.files(f"kept/{run.run_id}"):
        os.utime(root.full(path), (1, 1))
    tidy(root, TidyConfig(root=root.uri, keep_runs=1, leftover_days=0.05), now=time.time())
    assert root.read_bytes(f"kept/{run.run_id}/00002.mid") == midi
    assert {row.kind for row in usage_of(root).kinds} >= {"kept"}
    assert kept_problems(root) == []


def test_a_stop_before_the_record_is_made_good_by_the_same_command(
    root: Root, run: SampleRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(path: str, content: bytes) -> None:
        if path.endswith("kept.json"):
            raise KeyboardInterrupt
        write(path, content)

    write = root.write_bytes
    monkeypatch.setattr(Root, "write_bytes", lambda _, path, content: stop(path, content))
    with pytest.raises(KeyboardInterrupt):
        keep_pieces(root, run.run_id, [1])
    monkeypatch.undo()
    assert kept_problems(root) == [(run.run_id, "has no record")]
    assert keep_pieces(root, run.run_id, [1]).added == 1
    assert kept_problems(root) == []


def test_damage_is_found(root: Root, run: SampleRun) -> None:
    keep_pieces(root, run.run_id, [0, 1])
    root.write_bytes(f"kept/{run.run_id}/00000.mid", b"other")
    root.delete(f"kept/{run.run_id}/00001.mid")
    assert kept_problems(root) == [
        ("00000.mid", "is not what was kept"),
        ("00001.mid", "is missing"),
    ]


def test_what_is_not_there_is_said_before_anything_is_written(root: Root, run: SampleRun) -> None:
    with pytest.raises(SamplesError, match="has no piece 3: its pieces are 0 to 2"):
        keep_pieces(root, run.run_id, [0, 3])
    with pytest.raises(SamplesError, match="no finished run other"):
        keep_pieces(root, "other", [0])
    assert root.folders("kept") == []


def test_the_command_takes_a_run_or_the_file_of_a_page(
    root: Root, run: SampleRun, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = f"{tmp_path}/keep.json"
    request = {"kind": "nocturne-keep", "run_id": run.run_id, "indices": [1]}
    with open(file, "w") as stream:  # noqa: PTH123 - a path as a user types it
        json.dump(request, stream)
    place = ["--root", root.uri, "--json"]
    for words, added in (([file], 1), ([run.run_id, "0", "1"], 1)):
        assert nocturne(["keep", *words, *place]) == 0
        assert json.loads(capsys.readouterr().out)["result"]["added"] == added
    with open(file, "w") as stream:  # noqa: PTH123
        json.dump({**request, "indices": []}, stream)
    for words in ([file], [f"{tmp_path}/none.json"], [run.run_id, "-1"]):
        assert nocturne(["keep", *words, *place]) in (1, 2)
        message = json.loads(capsys.readouterr().out)["error"]["message"]
        assert "\n" not in message
