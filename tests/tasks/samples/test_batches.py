"""Tests of writing a run in batches: repeatable, resumed, one line for each error."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import StorageError
from nocturne.tasks.music.composition import Composition
from nocturne.tasks.samples import batches
from nocturne.tasks.samples.batches import batches_of, write_batch
from nocturne.tasks.samples.check import is_published
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.samples.publish import publish_run
from nocturne.tasks.storage.root import Root
from tests.tasks.samples.runs_for_tests import card_of, wander, write_run


def test_an_interrupted_batch_keeps_its_files(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    run = plan_run(GenerateConfig(root=root.uri, samples=4), card_of())
    pieces = [Composition(wander(i)) for i in range(4)]
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
    assert len(after) == 11  # the fourth has no picture
    made_again = {name for name in after if after[name] != before.get(name)}
    assert made_again == {"00002.png", "00001.mid", "00003.ogg", "00000.ogg", "00001.png"}
    publish_run(root, run, card_of())
    assert is_published(root, run)


def test_batches_cover_the_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = plan_run(GenerateConfig(samples=600), card_of())
    assert batches_of(run) == [(0, 256), (256, 256), (512, 88)]


def test_batches_are_written_by_the_same_threads(root: Root) -> None:
    """New threads for each batch took new memory each."""
    seen = set()
    run = plan_run(GenerateConfig(root=root.uri, samples=4, audio=False, seed=1), card_of())
    for first in (0, 2):
        write_batch(root, run, first, [Composition(wander(0)), Composition(wander(1))])
        seen |= {thread for thread in threading.enumerate() if "samples" in thread.name}
    assert 1 <= len(seen) <= batches.MAX_THREADS


def test_progress_counts_every_sample(root: Root) -> None:
    run = plan_run(GenerateConfig(root=root.uri, samples=3, audio=False), card_of())
    reported: list[tuple[float, float]] = []
    write_batch(
        root, run, 0, [Composition(wander(i)) for i in range(3)], lambda *at: reported.append(at)
    )
    assert reported == [(1, 3), (2, 3), (3, 3)]


def test_a_root_that_cannot_be_written_gives_one_line(root: Root) -> None:
    Path(root.full("samples")).write_text("a file where the folder should be")
    run = plan_run(GenerateConfig(root=root.uri, samples=2, audio=False), card_of())
    with pytest.raises(StorageError) as error:
        write_batch(root, run, 0, [Composition(wander(0)), Composition(wander(1))])
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
        write_batch(read_only_root, run, 0, [Composition(wander(0)), Composition(wander(1))])
    assert "\n" not in str(error.value)
