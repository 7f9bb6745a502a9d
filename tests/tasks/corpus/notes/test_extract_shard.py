"""One raw shard to tables: what harms a worker harms only its own file."""

from collections.abc import Iterator

import pytest

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.corpus.notes import extract_shard as note_shards
from nocturne.tasks.corpus.notes.extract_shard import extract_shard
from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.extraction_for_tests import misbehave
from tests.tasks.corpus.raw_shards_for_tests import raw_table
from tests.tasks.music.smf import smf, tune

CONFIG = IngestConfig(timeout_seconds=1.5, max_file_bytes=1000)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2, limit_memory, (512,)) as started:
        yield started


def content(number: int, ending: bytes = b"") -> bytes:
    return smf(tune([60 + number, 62, 64])) + ending


def test_each_harmful_file_is_quarantined_under_its_own_reason(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note_shards, "extract_many", misbehave)
    harm = [b"hang", b"crash", b"explode", b"silent"]
    files = [(f"{i}.mid", content(i, harm[i // 3] if i % 3 == 1 else b"")) for i in range(12)]
    shard = extract_shard([raw_table(files[:7]), raw_table(files[7:])], CONFIG, workers)
    reasons = {row["path"]: row["reason"] for row in shard.files.to_pylist()}
    expected: dict[str, str | None] = {path: None for path, _ in files}
    expected |= {
        "1.mid": "parser_timed_out",
        "4.mid": "parser_crashed",
        "7.mid": "parser_out_of_memory",
        "10.mid": "invalid_notes",
    }
    assert reasons == expected
    details = {row["path"]: row["detail"] for row in shard.files.to_pylist()}
    assert details["1.mid"] == "over 1.5 seconds"
    assert details["4.mid"] == "exit code -6"
    assert "in_range(1, 127)" in details["10.mid"]
    assert len(shard.notes) == 8 * 3
    assert [row["path"] for row in shard.files.to_pylist()] == [path for path, _ in files]


def test_files_without_content_say_why(workers: Workers) -> None:
    groups = [raw_table([("big.mid", None)], size=1001), raw_table([("text", None)], size=1000)]
    shard = extract_shard(groups, CONFIG, workers)
    rows = shard.files.to_pylist()
    assert [(row["outcome"], row["reason"], row["detail"]) for row in rows] == [
        ("quarantined", "too_large", "over 1000 bytes"),
        ("quarantined", "not_midi", None),
    ]
    assert len(shard.notes) == 0


def test_both_readers_fill_the_same_tables(workers: Workers) -> None:
    groups = [raw_table([(f"{i}.mid", content(i)) for i in range(3)])]
    fast = extract_shard(groups, CONFIG, workers)
    reference = extract_shard(groups, CONFIG.copy_with(reader="pretty_midi"), workers)
    assert fast.notes.equals(reference.notes)
    assert fast.files.equals(reference.files)
