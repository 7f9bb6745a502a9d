"""Checkpoints on a disk that is full, and what killed processes left."""

from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.errors import StorageError
from nocturne.tasks.model.training import checkpoint
from nocturne.tasks.model.training.checkpoint import Checkpoint, TrainingProgress
from nocturne.tasks.storage.layout import CHECKPOINT_FILE
from tests.tasks.corpus.test_ingest_no_space import largest_file


def state(step: int) -> Checkpoint:
    weights = {"w": np.full(4096, step, np.float32)}
    return Checkpoint(TrainingProgress("run", step=step), weights, weights, weights, weights)


@pytest.mark.parametrize("limit", [0, 1, 1000, 4 * 4096])
def test_a_full_disk_is_one_line_and_the_last_checkpoint_stays(tmp_path: Path, limit: int) -> None:
    checkpoint.write(tmp_path, state(1))
    with largest_file(limit), pytest.raises(StorageError, match="cannot write the che") as caught:
        checkpoint.write(tmp_path, state(2))
    message = str(caught.value)
    assert "free space" in message
    assert "\n" not in message
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT_FILE]
    kept = checkpoint.read(tmp_path, "run")
    assert kept is not None
    assert kept.progress.step == kept.weights["w"][0] == 1
    checkpoint.write(tmp_path, state(2))
    now = checkpoint.read(tmp_path, "run")
    assert now is not None
    assert now.progress.step == 2


@pytest.mark.parametrize("call", ["write", "clear"])
def test_what_a_killed_process_left_is_deleted(tmp_path: Path, call: str) -> None:
    left = tmp_path / f".{CHECKPOINT_FILE}.1.part"
    left.write_bytes(b"half")
    if call == "write":
        checkpoint.write(tmp_path, state(1))
        assert checkpoint.read(tmp_path, "run") is not None
    else:
        checkpoint.clear(tmp_path)
    assert not left.exists()
