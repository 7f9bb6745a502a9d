"""Tidy as a whole: what it lists is what it removes; two at once; the pages afterwards."""

import os

import pytest

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import BusyError
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.tidy import plan_tidy, tidy
from tests.tasks.model.tiny_models import BEGIN, add_card
from tests.tasks.samples.runs_for_tests import write_run

LATER = BEGIN.timestamp() + 10 * 365 * 86_400  # than the files that this test writes


@pytest.fixture
def used(root: Root) -> Root:
    """Return a root with something of each kind that goes, and a champion."""
    for day, name in enumerate(("old", "best")):
        add_card(root, name, day=day)
    promote(root, "best", "")
    write_run(root, 1, audio=False)
    for path in (
        "models/half/weights.safetensors",
        "samples/half/00000.mid",
        "staging/a/notes-0/shard-00000.parquet",
        "downloads/a/a.zip.part",
        ".cache/checkpoints/lost/checkpoint.safetensors",
        ".cache/sequences/0-train.npy",
        "models/.tmp-1",
        "nights/folk/20260101T020000Z-1.json",
    ):
        root.write_bytes(path, b"left")
    os.utime(root.full("models/.tmp-1"), (1, 1))
    return root


def paths(root: Root) -> set[str]:
    start = len(root.base) + 1
    return {info.path[start:] for info in root.all_files("")}


def test_a_dry_run_writes_nothing_and_lists_what_goes(used: Root) -> None:
    before = paths(used)
    config = TidyConfig(root=used.uri)
    plan = plan_tidy(used, config, LATER)
    assert paths(used) == before
    report = tidy(used, config, LATER)
    assert report.removed == plan.removed
    assert (report.files, report.bytes) == (plan.files, plan.bytes)
    assert {one.kind for one in report.removed} == {
        "model",
        "samples",
        "staging",
        "download",
        "copy",
        "checkpoint",
        "unfinished",
    }
    assert used.folders("models") == ["best", "champions"]
    assert used.exists("nights/folk/20260101T020000Z-1.json")
    gone = before - paths(used)
    assert report.files == len(gone)
    assert b"best" in used.read_bytes("models/index.html")
    assert tidy(used, config, LATER).removed == ()


def test_a_second_tidy_at_once_is_told_so(used: Root) -> None:
    said = pytest.raises(BusyError, match="tidy of the storage root cannot start")
    with one_writer(used, "tidy", "tidy of the storage root"), said:
        tidy(used, TidyConfig(root=used.uri), LATER)
    assert used.exists("models/old/card.json")
