"""What is packed in one process is the same in the other, however large; nothing is left over."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nocturne.tasks.music.notes import Notes
from nocturne.tasks.workers import shared_buffer as shared_buffer_module
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.shared_buffer import SharedBuffer
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.workers.workers_for_tests import twice


@pytest.fixture(scope="module")
def buffer() -> Iterator[SharedBuffer]:
    made = SharedBuffer()
    yield made
    made.close()


def apart(parts: list[bytes]) -> list[pickle.PickleBuffer]:
    return [pickle.PickleBuffer(part) for part in parts]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=200)))
def test_bytes_come_back_as_bytes(buffer: SharedBuffer, parts: list[bytes]) -> None:
    packed = buffer.pack(apart(parts))
    assert len(packed.body) < 40 + 20 * len(parts)  # they are not in the pickle
    assert buffer.unpack(packed) == parts


def test_notes_come_back_and_stay_when_the_next_value_is_packed(buffer: SharedBuffer) -> None:
    times = np.arange(5.0)
    keys = np.arange(5, dtype=np.uint8)
    notes: Notes = buffer.unpack(buffer.pack(Notes(times, times + 1, times, times + 2, keys, keys)))
    buffer.pack(apart([bytes(10_000)]))
    assert notes.onset_seconds.tolist() == [0, 1, 2, 3, 4]
    assert notes.offset_beats.tolist() == [2, 3, 4, 5, 6]
    assert notes.velocity.tolist() == [0, 1, 2, 3, 4]


def test_what_is_larger_than_the_buffer_goes_in_the_pickle(
    buffer: SharedBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_buffer_module, "BUFFER_BYTES", 100)
    packed = buffer.pack(apart([bytes(60), bytes(41)]))
    assert packed.ends == ()
    assert buffer.unpack(packed) == [bytes(60), bytes(41)]
    assert buffer.pack(apart([bytes(60), bytes(40)])).ends == (60, 100)


def handles() -> int:
    """Return how many files are open for shared buffers: two for each, one is the map's."""
    places = Path("/proc/self/fd").iterdir()
    return sum("memfd:nocturne" in os.fspath(p.readlink()) for p in places if p.is_symlink())


def test_workers_answer_through_it_and_lost_ones_leave_none_behind() -> None:
    contents = [os.urandom(200_000), b"", b"x" * 70, b"kill"]
    others = handles()
    with Workers(2, limit_memory, (512,)) as workers:
        answers = workers.map(twice, contents * 3, lambda _: b"lost", chunk=4, timeout=9)
        assert handles() == others + 4
    assert answers == [*(content * 2 for content in contents[:3]), b"lost"] * 3
    assert handles() == others
