"""One writer at a time on a file system: who is kept out, what is said, what a crash leaves."""

import multiprocessing
import os
import socket
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from nocturne.schemas.errors import BusyError, StorageError
from nocturne.tasks.storage.locking.locks import corpus_writer, model_writer, one_writer, run_writer
from nocturne.tasks.storage.root import Root
from tests.tasks.storage.locking.lock_holder import held_elsewhere


def _refusal(lock: AbstractContextManager[None]) -> str:
    """Return what is said to who may not have the lock."""
    with pytest.raises(BusyError) as caught, lock:
        pass
    return str(caught.value)


def test_a_second_process_is_told_in_one_line_who_is_first(root: Root) -> None:
    with held_elsewhere(root.uri, "x") as first:
        said = _refusal(one_writer(root, "x", "the second work"))
    assert said.startswith("the second work cannot start: work on x (host ")
    assert f"host {socket.gethostname()}, pid {first.pid}, since 20" in said
    assert "\n" not in said


def test_locks_of_other_names_and_other_roots_do_not_matter(root: Root, tmp_path: Path) -> None:
    other = Root.open(str(tmp_path / "other"))
    with held_elsewhere(root.uri, "x"), one_writer(root, "y", "b"), one_writer(other, "x", "c"):
        pass


def test_a_killed_holder_keeps_nobody_out(root: Root) -> None:
    with held_elsewhere(root.uri, "x") as first:
        first.kill()
        first.wait()
        with one_writer(root, "x", "the second work"):
            pass


def test_a_waiting_process_goes_on_when_the_first_has_ended(root: Root) -> None:
    with held_elsewhere(root.uri, "x") as first:
        assert first.stdin
        threading.Timer(0.3, first.stdin.close).start()
        with one_writer(root, "x", "waits", wait=True):
            assert first.wait(60) == 0


def test_the_lock_comes_back_after_an_error_and_leaves_no_file(root: Root) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), one_writer(root, "x", "fails"):
            raise RuntimeError
    assert not list(Path(root.base, ".cache/locks").iterdir())


def test_the_same_thread_never_waits_for_itself(root: Root) -> None:
    with one_writer(root, "x", "first"):
        assert f"pid {os.getpid()}" in _refusal(one_writer(root, "x", "second", wait=True))


def test_threads_of_one_process_take_turns(root: Root) -> None:
    inside: list[int] = []

    def work(number: int) -> None:
        with one_writer(root, "x", "work", wait=True):
            inside.append(number)
            time.sleep(0.02)
            inside.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside[::2] == inside[1::2]
    assert len(inside) == 8


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_process_does_not_hold_its_parents_lock(root: Root, method: str) -> None:
    context = multiprocessing.get_context(method)
    with one_writer(root, "x", "first"):
        child = context.Process(target=time.sleep, args=(600,), daemon=True)
        child.start()
    with one_writer(root, "x", "second", wait=True):  # the child closes its copy as it starts
        pass
    child.kill()
    child.join()


def test_every_spelling_of_a_root_is_the_same_lock(root: Root, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root.base)
    for spelling in (f"{root.base}/", f"{link}", f"{root.base}/../root", f"file://{root.base}//"):
        same = Root.open(spelling)
        assert same.key == root.key
        with one_writer(root, "x", "first"):
            assert _refusal(one_writer(same, "x", "second"))


def test_a_root_that_takes_no_lock_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".cache").touch()
    root = Root.open(str(tmp_path))
    with pytest.raises(StorageError) as caught, one_writer(root, "x", "work"):
        pass
    assert f"cannot lock {root.display_path('.cache/locks/x.lock')}: Not a directory" in str(
        caught.value
    )


def test_what_killed_writers_left_is_cleared(root: Root) -> None:
    base = Path(root.base)
    root.write_bytes("raw/c/shard", b"whole")
    for left in ("raw/c/.tmp-1", "notes/c/.tmp-2", "raw/c/deep/.tmp-3", "raw/other/.tmp-4"):
        (base / left).parent.mkdir(parents=True, exist_ok=True)
        (base / left).touch()
    (base / "raw/c/.tmp-shards").mkdir()
    (base / "raw/c/.tmp-shards/0").touch()
    with corpus_writer(root, "c", "ingest"):
        assert root.read_bytes("raw/c/shard") == b"whole"
        left_over = [str(path.relative_to(base)) for path in base.rglob(".tmp-*")]
        assert left_over == ["raw/other/.tmp-4"]


def test_stages_of_one_corpus_exclude_each_other(root: Root) -> None:
    with corpus_writer(root, "c", "ingest"), corpus_writer(root, "d", "ingest"):
        said = _refusal(corpus_writer(root, "c", "prepare"))
    assert said.startswith("prepare of corpus c cannot start: ingest of corpus c (host ")


def test_models_and_runs_are_locked_by_their_names(root: Root) -> None:
    with model_writer(root, "m"), run_writer(root, "m", "m"), model_writer(root, "n"):
        assert "training of model m (" in _refusal(model_writer(root, "m"))
        assert "generation of m (" in _refusal(run_writer(root, "m", "m"))
