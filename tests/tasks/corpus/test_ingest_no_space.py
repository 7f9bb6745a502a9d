"""A root that takes no more bytes: one clear line, nothing half there, and resume afterwards.

The limit is the process's own (RLIMIT_FSIZE): it meets every write as a full disk would.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import ingest_raw
from tests.tasks.corpus.raw_shards_for_tests import write_raw
from tests.tasks.music.smf import smf, tune

FILES = [(f"{i}.mid", smf(tune([(i * 7 + n * 5) % 90 + 20 for n in range(200)]))) for i in range(6)]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(root: Root) -> dict[str, bytes]:
    kinds = ("notes", "files", "families")
    return {p: root.read_bytes(p) for kind in kinds for p in root.files(kind, recursive=True)}


def test_says_so_leaves_nothing_half_there_and_goes_on(tmp_path: Path) -> None:
    whole, root = (Root.open(str(tmp_path / name)) for name in ("whole", "full"))
    config = write_raw(root, FILES, 2)
    with Workers(1, limit_memory, (512,)) as workers:
        ingest_raw(whole, write_raw(whole, FILES, 2), workers)
        with largest_file(3000), pytest.raises(StorageError) as caught:
            ingest_raw(root, config, workers)
        message = str(caught.value)
        assert message.startswith(f"cannot write {root.display_path('staging/c/notes-')}")
        assert "free space" in message
        assert "\n" not in message
        assert contents(root) == {}
        assert not list(Path(root.base).rglob(".tmp-*"))
        ingest_raw(root, config, workers)
    assert contents(root) == contents(whole)
