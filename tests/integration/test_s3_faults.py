"""Every operation of a storage root while its S3 server fails: retried, or one clear line."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pretty_midi
import pyarrow as pa
import pytest
from pyarrow import fs

from nocturne.flows.cli.commands import run
from nocturne.schemas.errors import StorageError, StoreUnavailableError
from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.storage import location, retry
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.retry import RetryPolicy
from nocturne.tasks.storage.root import Root
from tests.integration.faulty_s3 import CUT, FaultyS3, faulty_s3

pytestmark = pytest.mark.integration

QUICK = RetryPolicy(first_wait=0.01, longest_wait=0.05, total=30.0, total_unreachable=30.0)
SHORT = RetryPolicy(first_wait=0.01, longest_wait=0.02, total=0.1, total_unreachable=0.1)
TABLE = pa.table({"x": [1, 2, 3]})


def _read_in_parts(root: Root) -> bytes:
    with root.reading("a/b") as stream:
        stream.seek(1)
        return bytes(stream.read(2))


def _lock(root: Root) -> None:
    with one_writer(root, "x", "work"):
        pass


OPERATIONS: dict[str, Callable[[Root], object]] = {
    "open": lambda root: Root.open(root.uri),
    "exists": lambda root: root.exists("a/b"),
    "size": lambda root: root.size("a/b"),
    "files": lambda root: root.files("a"),
    "folders": lambda root: root.folders(""),
    "delete": lambda root: root.delete("c"),
    "delete folder": lambda root: root.delete("a"),
    "move": lambda root: root.move("a/b", "d"),
    "write_bytes": lambda root: root.write_bytes("e/f", b"new"),
    "write_table": lambda root: root.write_table("t2", TABLE),
    "read_bytes": lambda root: root.read_bytes("a/b"),
    "read_table": lambda root: root.read_table("t"),
    "reading": _read_in_parts,
    "update": lambda root: root.update("a/b", lambda before: (before or b"") + b"+"),
    "clear_unfinished": lambda root: root.clear_unfinished("a"),
    "lock": _lock,
}


@pytest.fixture(scope="module")
def store() -> Iterator[FaultyS3]:
    with faulty_s3() as server:
        yield server


@pytest.fixture
def root(store: FaultyS3) -> Root:
    store.fail(500, 0)
    root = Root.open(store.uri("faults/root"))
    for path in root.files("", recursive=True):
        root.delete(path)
    root.write_bytes("a/b", b"bytes")
    root.write_bytes("c", b"more")
    root.write_table("t", TABLE)
    return root


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", [500, 503, 429, CUT])
def test_trouble_that_passes_is_not_noticed(
    store: FaultyS3, root: Root, fault: int, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DEFAULT", QUICK)
    monkeypatch.setattr(location, "DEFAULT", QUICK)
    store.fail(fault, 3)
    OPERATIONS[operation](root)
    assert store.remaining == 0


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", [500, 503, 403, CUT])
def test_trouble_that_lasts_is_one_line(
    store: FaultyS3, root: Root, fault: int, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DEFAULT", QUICK if fault == 403 else SHORT)
    monkeypatch.setattr(location, "DEFAULT", QUICK if fault == 403 else SHORT)
    store.fail(fault, 10**6)
    store.requests.clear()
    with pytest.raises(StorageError, match=r"^cannot [a-z ]+ s3://faults/root") as caught:
        OPERATIONS[operation](root)
    assert isinstance(caught.value, StoreUnavailableError) == (fault != 403)
    assert fault != 403 or len(store.requests) == 1
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_only_our_own_policy_tries_again(
    store: FaultyS3, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DEFAULT", retry.ONCE)
    for operation in (root.read_bytes, root.size, root.exists, root.read_table):
        store.fail(503, 10**6)
        store.requests.clear()
        with pytest.raises(StoreUnavailableError):
            operation("a/b")
        assert len(store.requests) == 1


def test_updates_applied_with_a_lost_answer_are_applied_once(
    store: FaultyS3, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DEFAULT", QUICK)
    store.lose_answers(1, "PUT")
    assert root.update("a/b", lambda before: (before or b"") + b"+") == b"bytes+"
    assert root.read_bytes("a/b") == b"bytes+"


@pytest.mark.parametrize("lost", ["PUT", "DELETE"])
def test_a_move_with_a_lost_answer_is_done(
    store: FaultyS3, root: Root, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DEFAULT", QUICK)
    store.lose_answers(1, lost)
    root.move("a/b", "d")
    assert root.read_bytes("d") == b"bytes"
    assert not root.exists("a/b")


def test_a_file_is_written_in_one_request_which_a_kill_leaves_nothing_of(
    store: FaultyS3, root: Root
) -> None:
    store.requests.clear()
    root.write_bytes("large", bytes(20 << 20))
    assert [r for r in store.requests if "large" in r] == [f"PUT /{root.base}/large"]
    assert root.size("large") == 20 << 20


def test_a_bucket_that_is_not_there_is_one_line(store: FaultyS3) -> None:
    gone = Root(store.uri("nowhere/x"), fs.FileSystem.from_uri(store.uri("faults"))[0], "nowhere/x")
    with pytest.raises(StorageError, match="no storage root at s3://nowhere/x"):
        gone.write_bytes("f", b"")
    options = store.uri("nowhere/x").replace("&allow_bucket_creation=true", "")
    with pytest.raises(StorageError, match="cannot open storage root s3://nowhere/x"):
        Root.open(options)


def test_every_spelling_is_the_same_root(store: FaultyS3, root: Root) -> None:
    for path in ("faults/root/", "faults//root", "faults/root//"):
        same = Root.open(store.uri(path))
        assert same.key == root.key
        assert same.read_bytes("a/b") == b"bytes"


@pytest.mark.usefixtures("prefect_server", "quiet_logging")
def test_seven_seconds_without_the_store_do_not_end_a_run(
    store: FaultyS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for number in range(3):
        midi = pretty_midi.PrettyMIDI()
        midi.instruments.append(pretty_midi.Instrument(0))
        notes = [pretty_midi.Note(80, 60 + i % 12 + number, i / 4, (i + 1) / 4) for i in range(80)]
        midi.instruments[0].notes.extend(notes)
        midi.write(str(tmp_path / f"{number}.mid"))
    failed: list[int] = []

    def recover() -> None:
        failed.append(10**6 - store.remaining)
        store.fail(503, 0)

    store.requests.clear()
    uri = store.uri("faults/outage").replace("someone:secret@", "")  # commands take no keys
    Root.open(uri)
    store.fail(503, 10**6)
    threading.Timer(7.0, recover).start()
    assert run(["ingest", "--source", str(tmp_path), "--root", uri, "--corpus", "c"]) == 0
    assert failed[0] > 3
    assert note_dataset(Root.open(uri), "c").counts.accepted == 3
