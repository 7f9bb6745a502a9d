"""Fingerprints of earlier versions stay: what they made in a storage root is found and reused.

The values are those of version 0.1. A stage's own version (raw.VERSION, EXTRACTOR_VERSION and so
on) is part of its fingerprints: whoever raises one writes new values here.
"""

from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig, TrainConfig
from nocturne.schemas.network_shape import PRESETS
from nocturne.schemas.raw import RawDataset
from nocturne.schemas.sequences import SplitIds
from nocturne.tasks.corpus import raw
from nocturne.tasks.corpus.notes.note_plan import plan_notes
from nocturne.tasks.corpus.sequences.sequence_plan import plan_sequences
from nocturne.tasks.model.training.checkpoint import run_digest
from nocturne.tasks.sources.source import Source
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import tiny_vocabulary

Changes = dict[str, Any]


@pytest.mark.parametrize(
    ("changes", "fingerprint"),
    [
        ({}, "eb27b60fc29ba8bf2518a0cf4759a09f"),
        ({"workers": 4, "replace": True, "max_shrink": 0.5}, "eb27b60fc29ba8bf2518a0cf4759a09f"),
        ({"shard_files": 10, "max_file_bytes": 4096}, "4f6f9370ab3c1c23ddaf6de49aa9ae4a"),
    ],
)
def test_raw_shards(changes: Changes, fingerprint: str) -> None:
    source = Source("folk", "id 1", lambda *_: iter(()))
    assert raw.source_fingerprint(source, IngestConfig(**changes)) == fingerprint


@pytest.mark.parametrize(
    ("changes", "fingerprint"),
    [
        ({}, "8fe46e4ad555cc46"),
        ({"shard_files": 10, "workers": 9, "allow_shrink": True}, "8fe46e4ad555cc46"),
        ({"reader": "pretty_midi"}, "2af74925c11c4b6d"),
        (
            {
                "timeout_seconds": 2.5,
                "worker_memory_mib": 512,
                "max_file_bytes": 4096,
                "max_notes": 9,
                "max_song_seconds": 60,
            },
            "da6f7172e6a88d49",
        ),
    ],
)
def test_notes(root: Root, changes: Changes, fingerprint: str) -> None:
    shards = RawDataset(fingerprint="r", source="s", files=1, midi=1, bytes=1, shards=1)
    assert plan_notes(root, IngestConfig(**changes), shards).fingerprint == fingerprint


@pytest.mark.parametrize(
    ("changes", "fingerprint"),
    [
        ({}, "08fab0e5cfa4ad1c"),
        ({"min_song_notes": 20}, "1559aab2afdb0b38"),
        ({"valid_share": 0.2}, "07afc30f570f35a6"),
        ({"test_share": 0.25}, "26d0addd4247b785"),
        ({"scheme": "song-max"}, "41c4be6e17309645"),
    ],
)
def test_sequences(root: Root, changes: Changes, fingerprint: str) -> None:
    write_corpus(root, random_shards(8))
    plan = plan_sequences(root, PrepareConfig(root=root.uri, corpus="tunes", **changes))
    assert plan.fingerprint == fingerprint


@pytest.mark.parametrize(
    ("changes", "digest"),
    [
        ({}, "58dd1a1601e0fc56"),
        (
            {
                "root": "x",
                "corpus": "y",
                "init_from": "m",
                "resume": False,
                "checkpoint_minutes": 1,
                "promotion_margin": 1,
                "min_test_songs": 9,
                "least_steps": 1,
                "precision": "float32",
            },
            "58dd1a1601e0fc56",
        ),
        ({"precision": "mixed"}, "aff649f988369286"),
        ({"max_steps": 5}, "1640775bc0783fe0"),
        ({"executor": "xla"}, "1250206ef1fafc55"),
        (
            {"preset": "medium", "learning_rate": 1e-5, "seed": 3, "scheme": "song-max"},
            "3de7b3f5b9abfeb4",
        ),
    ],
)
def test_training_runs(changes: Changes, digest: str) -> None:
    train = SplitIds(np.ones((4, 4), np.int16), np.array([0, 4]))
    first = {"w": np.zeros(2, np.float32)}
    config = TrainConfig(**changes)
    found = run_digest(config, PRESETS["small"], tiny_vocabulary(), train, first)
    assert found.startswith(digest)
