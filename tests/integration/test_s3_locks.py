"""Locks and updates on an object store: several machines, a crash, a store that goes away."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nocturne.schemas.errors import BusyError
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.storage import retry
from nocturne.tasks.storage.locking import leases
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.retry import RetryPolicy
from nocturne.tasks.storage.root import Root
from tests.integration.faulty_s3 import CUT, FaultyS3, faulty_s3
from tests.tasks.model.tiny_models import add_card
from tests.tasks.storage.locking.lock_holder import PROJECT, held_elsewhere

pytestmark = pytest.mark.integration

PROMOTE = """
import sys
from nocturne.tasks.model.registry.champion import (promote)
from nocturne.tasks.storage.root import (Root)
root = Root.open(sys.argv[1])
for number in range(20):
    promote(root, sys.argv[2], f"{sys.argv[2]} {number}")
"""
UPDATE = """
import sys
from nocturne.tasks.storage.root import (Root)
root = Root.open(sys.argv[1])
for number in range(20):
    root.update("log", lambda before: (before or b"") + f"{sys.argv[2]}{number}\\n".encode())
"""


@pytest.fixture(scope="module")
def store() -> Iterator[FaultyS3]:
    with faulty_s3() as server:
        yield server


@pytest.fixture
def root(store: FaultyS3, request: pytest.FixtureRequest) -> Root:
    return Root.open(store.uri(f"locks/{request.node.name}"))


@pytest.fixture
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 4.0)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.2)


def _machine(folder: Path, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a program on a machine that shares no folder with another one."""
    own = {name: str(folder / name) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for place in own.values():
        Path(place).mkdir(parents=True)
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env={**os.environ, **own}, cwd=PROJECT)


def _until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, for a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _may_write(root: Root) -> bool:
    try:
        leases.require_leases(root.key)
    except BusyError:
        return False
    return True


@pytest.mark.parametrize(("program", "kept"), [(PROMOTE, "history"), (UPDATE, "log")])
def test_nothing_of_two_machines_is_lost(
    store: FaultyS3, tmp_path: Path, program: str, kept: str
) -> None:
    root = Root.open(store.uri(f"locks/two-{kept}"))
    for name in ("a", "b"):
        add_card(root, name)
    spellings = {"a": store.uri(f"locks/two-{kept}/"), "b": store.uri(f"locks//two-{kept}")}
    machines = [_machine(tmp_path / n, program, uri, n) for n, uri in spellings.items()]
    assert [machine.wait(120) for machine in machines] == [0, 0]
    if kept == "log":
        lines = root.read_bytes("log").decode().split()
    else:
        champion = read_champion(root, "folk", "factored")
        lines = [entry.reason.replace(" ", "") for entry in champion.history] if champion else []
    assert len(lines) == 40
    assert set(lines) == {f"{name}{number}" for name in ("a", "b") for number in range(20)}


@pytest.mark.usefixtures("_short_lease")
def test_a_second_machine_is_told_who_is_first_and_a_killed_one_keeps_nobody_out(
    root: Root,
) -> None:
    with held_elsewhere(root.uri, "x", leases.RENEW_SECONDS) as first:
        with pytest.raises(BusyError) as caught, one_writer(root, "x", "the second work"):
            pass
        said = str(caught.value)
        assert said.startswith("the second work cannot start: work on x (host ")
        assert f"pid {first.pid}, since 20" in said
        first.kill()
        first.wait()
        start = time.monotonic()
        with one_writer(root, "x", "the second work"):
            assert time.monotonic() - start >= leases.LEASE_SECONDS


@pytest.mark.usefixtures("_short_lease")
def test_a_holder_keeps_its_lease_for_longer_than_the_lease_lasts(root: Root) -> None:
    with one_writer(root, "x", "first"):
        time.sleep(1.25 * leases.LEASE_SECONDS)
        root.write_bytes("f", b"still mine")
        refused: list[bool] = []

        def try_it() -> None:
            try:
                with one_writer(root, "x", "second"):
                    refused.append(False)
            except BusyError:
                refused.append(True)

        other = threading.Thread(target=try_it)
        other.start()
        other.join()
        assert refused == [True]
    with one_writer(root, "x", "third"):
        pass


@pytest.mark.usefixtures("_short_lease")
def test_who_lost_the_lease_publishes_nothing(root: Root) -> None:
    with one_writer(root, "x", "first"):
        root.write_bytes("f", b"mine")
        # Another machine takes over, as after it watched a sleeping holder.
        root.filesystem.delete_file(root.full(".cache/locks/x.lock"))
        _until(lambda: not _may_write(root))
        for write in (
            lambda: root.write_bytes("f", b"theirs now"),
            lambda: root.update("f", lambda _: b"theirs now"),
            lambda: root.delete("f"),
            lambda: root.move("f", "g"),
        ):
            with pytest.raises(BusyError, match="first lost its lock") as caught:
                write()
            assert "\n" not in str(caught.value)
    assert root.read_bytes("f") == b"mine"
    root.write_bytes("f", b"the next run")


@pytest.mark.usefixtures("_short_lease")
def test_a_store_that_goes_away_ends_the_lease_before_others_may_take_it(
    store: FaultyS3, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DEFAULT", RetryPolicy(0.01, 0.05, 30, 30))
    with one_writer(root, "x", "first"):
        store.fail(CUT, 10**6)
        time.sleep(leases.LOST_AFTER * leases.LEASE_SECONDS + 0.1)
        with pytest.raises(BusyError, match="lost its lock"):
            root.write_bytes("f", b"late")
        store.fail(CUT, 0)
        _until(lambda: _may_write(root))  # nobody took it over


@pytest.mark.usefixtures("_short_lease")
def test_a_renewal_whose_answer_is_lost_does_not_lose_the_lease(
    store: FaultyS3, root: Root
) -> None:
    with one_writer(root, "x", "first"):
        store.lose_answers(1, "PUT")
        _until(lambda: store.remaining == 0)
        root.write_bytes("f", b"mine")
