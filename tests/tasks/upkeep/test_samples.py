"""Which runs of samples stay: by number, age and bytes."""

import json
import os
import time
from pathlib import Path

import pytest

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.upkeep import Stays
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.measure import measure
from nocturne.tasks.upkeep.samples import GIB, delete_run, find_runs, remove_runs, run_removal

DAY = 86_400.0
NOW = time.time()


def add_run(root: Root, name: str, days: float, *, size: int = 100, finished: bool = True) -> None:
    """Write a run of `size` bytes that was published so many days before NOW."""
    names = {"run.json": 10, "00000.mid": size - 10} if finished else {"00000.mid": size}
    for file, count in names.items():
        root.write_bytes(f"samples/{name}/{file}", b"x" * count)
        os.utime(root.full(f"samples/{name}/{file}"), (NOW - days * DAY,) * 2)


def left(root: Root, **limits: float) -> list[str]:
    config = TidyConfig(root=root.uri, **limits)
    found = {one.name for one in find_runs(root, config, NOW)}
    removed = {one.name for one in remove_runs(root, config, NOW)}
    assert found == removed
    return root.folders("samples")


def test_the_newest_runs_stay_by_number(root: Root) -> None:
    for days in range(5):
        add_run(root, f"r{days}", days)
    assert left(root, keep_runs=3) == ["r0", "r1", "r2"]


def test_old_runs_go_and_the_newest_stays(root: Root) -> None:
    for days in (40, 50, 60):
        add_run(root, f"r{days}", days)
    assert left(root, run_days=55) == ["r40", "r50"]
    assert left(root, run_days=1) == ["r40"]


def test_runs_stay_up_to_a_number_of_bytes(root: Root) -> None:
    for days, size in enumerate((100, 300, 50, 200)):
        add_run(root, f"r{days}", days, size=size)
    assert left(root, run_gib=400 / GIB) == ["r0", "r1"]


def test_a_large_run_does_not_take_smaller_ones_with_it(root: Root) -> None:
    for days, size in enumerate((100, 300, 50)):
        add_run(root, f"r{days}", days, size=size)
    assert left(root, run_gib=200 / GIB) == ["r0", "r2"]
    assert left(root, run_gib=0) == ["r0"]


def test_an_unfinished_run_stays_while_it_is_young(root: Root) -> None:
    add_run(root, "new", 0)
    add_run(root, "cut", 2, finished=False)
    assert left(root, leftover_days=3) == ["cut", "new"]
    assert left(root, leftover_days=1) == ["new"]


def test_a_run_that_is_written_stays(root: Root) -> None:
    for days in (40, 50):
        add_run(root, f"r{days}", days)
    config = TidyConfig(root=root.uri, run_days=1)
    with run_writer(root, "r50", "m"):
        (stays,) = remove_runs(root, config, NOW)
    assert isinstance(stays, Stays)
    assert "generation of r50" in stays.why
    assert root.folders("samples") == ["r40", "r50"]


def test_a_run_that_was_published_anew_stays(root: Root) -> None:
    add_run(root, "r", 50)
    removal = run_removal("r", measure(root, "samples/r"), "old")
    assert isinstance(delete_run(root, removal, NOW), Stays)
    assert json.loads(removal.model_dump_json())["bytes"] == 100
    assert not isinstance(delete_run(root, removal, NOW - 50 * DAY), Stays)
    assert not Path(root.full("samples/r")).exists()


def test_a_deletion_that_was_killed_leaves_no_run_that_seems_whole(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (0, 50):
        add_run(root, f"r{days}", days)
    delete, calls = Root.delete, []

    def killed(self: Root, path: str) -> None:
        calls.append(path)
        if path == "samples/r50":
            raise KeyboardInterrupt
        delete(self, path)

    with monkeypatch.context() as patch:
        patch.setattr(Root, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            left(root, run_days=1)
    assert root.files("samples/r50") == ["samples/r50/00000.mid"]
    assert left(root, run_days=1) == ["r0"]
