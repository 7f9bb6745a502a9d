"""Which songs stay: those that were uploaded and those that runs continue."""

import hashlib
import os
import time
from typing import Any

import pytest

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import SamplesError
from nocturne.schemas.samples.primes import UploadedPrime
from nocturne.schemas.upkeep import Removal, Stays
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.storage.layout import (
    REQUEST_FILE,
    RUN_FILE,
    prime_path,
    prime_record_path,
    run_path,
)
from nocturne.tasks.storage.locking.locks import run_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.delete import delete_named_prime
from nocturne.tasks.upkeep.primes import find_primes, remove_primes
from nocturne.tasks.upkeep.usage import usage_of
from nocturne.tasks.upkeep.verify import verify
from tests.tasks.samples.requests_for_tests import asked
from tests.tasks.samples.runs_for_tests import card_of

NOW = time.time()
DAY = 86_400.0


def add_prime(root: Root, content: bytes, days: float = 30, name: str = "") -> str:
    """Keep a song that was written so many days before NOW, uploaded if it has a name."""
    digest = hashlib.sha256(content).hexdigest()
    root.write_bytes(prime_path(digest), content)
    if name:
        facts = {"name": name, "sha256": digest, "bytes": len(content), "notes": 8, "bars": 2}
        record = UploadedPrime(uploaded=f"{NOW - days * DAY}", tempo=120, tracks=(), **facts)
        root.write_bytes(prime_record_path(digest), record.model_dump_json().encode())
    os.utime(root.full(prime_path(digest)), (NOW - days * DAY,) * 2)
    return digest


def add_run(root: Root, file: str, **primes: Any) -> str:
    run = plan_run(asked(root, seed=len(primes), random_input="between", **primes), card_of())
    root.write_bytes(run_path(run.run_id, file), run.model_dump_json().encode())
    return run.run_id


def removed(root: Root) -> list[Removal | Stays]:
    config = TidyConfig(root=root.uri)
    found = list(find_primes(root, config, NOW))
    gone = list(remove_primes(root, config, NOW))
    assert {one.name for one in gone} == {one.name for one in found}
    return gone


def test_songs_that_no_run_continues_go_unless_they_were_uploaded(root: Root) -> None:
    uploaded = add_prime(root, b"uploaded", name="song.mid")
    published, begun = add_prime(root, b"published"), add_prime(root, b"begun")
    recent, unused = add_prime(root, b"recent", days=0.1), add_prime(root, b"unused")
    add_run(root, RUN_FILE, prime=published)
    add_run(root, REQUEST_FILE, prime=uploaded, prime_to=begun)
    (gone,) = removed(root)
    assert (gone.kind, gone.name, gone.path) == ("prime", unused, prime_path(unused))
    left = {prime_path(digest) for digest in (uploaded, published, begun, recent)}
    assert set(root.files("primes", ".mid")) == left


def test_a_song_that_a_running_process_needs_stays(root: Root) -> None:
    digest = add_prime(root, b"unused")
    with run_writer(root, "r", "m", (prime_path(digest),)):
        (stays,) = removed(root)
        assert isinstance(stays, Stays)
        assert "generation of r" in stays.why
    assert len(removed(root)) == 1
    assert not root.files("primes")


def test_an_uploaded_song_is_deleted_by_name_unless_a_run_continues_it(root: Root) -> None:
    digest = add_prime(root, b"uploaded", name="song.mid")
    run_id = add_run(root, RUN_FILE, prime=digest)
    with pytest.raises(SamplesError, match=f"stays: run {run_id} continues it"):
        delete_named_prime(root, "song.mid")
    with pytest.raises(SamplesError, match="no prime other"):
        delete_named_prime(root, "other.mid")
    root.delete(run_path(run_id))
    assert delete_named_prime(root, "song.mid", dry_run=True).files == 1
    assert len(root.files("primes")) == 2
    assert delete_named_prime(root, "song.mid").removed[0].name == digest
    assert not root.files("primes")


def test_verify_hashes_songs_and_finds_lost_ones(root: Root) -> None:
    whole, damaged = add_prime(root, b"whole"), add_prime(root, b"damaged", name="a.mid")
    lost = add_prime(root, b"lost", name="b.mid")
    add_run(root, RUN_FILE, prime=lost)
    root.write_bytes(prime_path(damaged), b"other")
    root.delete(prime_path(lost))
    report = verify(root)
    assert report.checked["prime"] == 2
    found = {(one.path, one.problem) for one in report.findings if one.part == "prime"}
    assert (prime_path(damaged), "is not what was kept") in found
    assert (prime_record_path(lost), "the song itself is gone") in found
    assert any(path == prime_path(lost) and "continues it" in problem for path, problem in found)
    assert len(found) == 3
    verify(root, repair=True)
    assert not root.exists(prime_record_path(lost))
    assert root.exists(prime_path(whole))


def test_usage_counts_songs(root: Root) -> None:
    add_prime(root, b"12345", name="a.mid")
    (row,) = (row for row in usage_of(root).kinds if row.kind == "primes")
    assert row.files == 2
    assert row.what == "songs that samples continue"
