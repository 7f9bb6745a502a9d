"""Nothing that a running process needs is deleted, whichever of the two begins first."""

import threading
import time
from pathlib import Path

import pytest

from nocturne.schemas.errors import BusyError
from nocturne.tasks.storage.layout import lock_path
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.locking.file_lock import FileLock
from nocturne.tasks.storage.locking.holder import Holder
from nocturne.tasks.storage.locking.locks import (
    corpus_writer,
    model_writer,
    one_writer,
    run_writer,
)
from nocturne.tasks.storage.root import Root

WRITERS = {
    "a corpus": (lambda root: corpus_writer(root, "folk", "ingest"), ["corpora/folk"]),
    "a model": (
        lambda root: model_writer(root, "m2", ("corpora/folk", "models/m1")),
        ["models/m2", "models/m1", "corpora/folk"],
    ),
    "a run": (lambda root: run_writer(root, "m1-seed1", "m1"), ["samples/m1-seed1", "models/m1"]),
}


@pytest.mark.parametrize("work", WRITERS)
def test_what_a_run_needs_is_not_deleted_while_it_runs(work: str, root: Root) -> None:
    writer, folders = WRITERS[work]
    with writer(root):
        for folder in folders:
            said = pytest.raises(BusyError, match=f"^{folder} stays: .* is under way$")
            with said, deleting(root, folder):
                pass
        with deleting(root, "models/other"):
            pass
    for folder in folders:
        with deleting(root, folder):
            pass
    assert not list(Path(root.full(".cache/locks")).iterdir())


def test_a_holder_of_an_earlier_version_is_known_by_the_name_of_its_lock(root: Root) -> None:
    said = pytest.raises(BusyError, match="models/m1 stays")
    with one_writer(root, "model-m1", "training"), said, deleting(root, "models/m1"):
        pass


def test_the_lock_of_a_killed_process_keeps_nothing_and_goes(root: Root) -> None:
    holder = Holder.current("a training that was killed", ("models/m1",))
    root.write_bytes(lock_path("model-m2"), holder.model_dump_json().encode())
    with deleting(root, "models/m1"):
        assert not root.exists(lock_path("model-m2"))


def test_a_run_that_starts_meanwhile_waits_until_the_deletion_has_ended(root: Root) -> None:
    order = []

    def start() -> None:
        with run_writer(root, "m1-seed1", "m1"):
            order.append("run")

    run = threading.Thread(target=start)
    with deleting(root, "models/m1"):
        run.start()
        while not root.exists(lock_path("run-m1-seed1")):
            time.sleep(0.01)
        time.sleep(0.2)
        order.append("deleted")
    run.join(60)
    assert order == ["deleted", "run"]


def test_a_look_at_a_lock_refuses_it_to_nobody(root: Root) -> None:
    look, looking = FileLock(Path(root.full(lock_path("x")))), threading.Event()

    def look_for_a_moment() -> None:
        assert look.acquire(Holder.current("a look", passing=True)) is None
        looking.set()
        time.sleep(0.3)
        look.release()

    threading.Thread(target=look_for_a_moment).start()
    assert looking.wait(60)
    with one_writer(root, "x", "work"):
        pass
