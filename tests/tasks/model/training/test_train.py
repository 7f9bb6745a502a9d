"""Training: it learns, it repeats itself exactly, and a killed run ends as an unbroken one."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training import checkpoint, loop
from nocturne.tasks.model.training.optimiser import Schedule
from nocturne.tasks.model.training.train import TrainingResult, train
from nocturne.tasks.storage.layout import CHECKPOINT_FILE

REPOSITORY = Path(__file__).parents[4]


def _equal(first: Weights, second: Weights) -> bool:
    return first.keys() == second.keys() and all((first[n] == second[n]).all() for n in first)


def _unigram_bits(train_songs: SplitIds, valid_songs: SplitIds, vocabulary: Vocabulary) -> float:
    """Bits per note under smoothed counts of the training songs."""
    bits = 0.0
    for k, size in enumerate(vocabulary.sizes):
        counts = np.bincount(train_songs.ids[:, k], minlength=size) + 0.5
        bits -= float(np.log2(counts / counts.sum())[valid_songs.ids[:, k]].mean())
    return bits


def test_training_beats_a_unigram_on_held_out_songs(
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tmp_path: Path,
) -> None:
    config = TrainConfig(batch=8, max_epochs=12, learning_rate=1e-2, patience=100)
    done: list[tuple[float, float]] = []
    result = train(
        *(train_songs, valid_songs, tiny_vocabulary, config, tiny_shape, tmp_path),
        progress=lambda now, total: done.append((now, total)),
    )
    bits = [row["valid_bits"] for row in result.history]
    unigram = _unigram_bits(train_songs, valid_songs, tiny_vocabulary)
    assert min(bits) < unigram - 0.5
    assert result.history[-1]["train_bits"] < result.history[0]["train_bits"]
    assert result.stopped == "all 12 epochs done"
    assert done[-1] == (result.steps, result.steps)
    assert result.epochs == 12.0


def test_a_run_ends_after_its_steps_with_the_rate_come_down(
    unbroken: TrainingResult, tiny_config: TrainConfig
) -> None:
    assert (unbroken.stopped, unbroken.steps) == ("all 30 steps done", 30)
    assert unbroken.epochs > 2  # so that no limit of epochs ended it
    last = unbroken.history[-1]
    assert last["step"] == 30
    schedule = Schedule(tiny_config.learning_rate, steps=30, seconds=3600)
    assert last["rate"] == schedule.rate(29, 0.0) < 0.04 * tiny_config.learning_rate


def test_the_same_run_twice_gives_the_same_weights(
    unbroken: TrainingResult,
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
    tmp_path: Path,
) -> None:
    splits = (train_songs, valid_songs)
    done: list[tuple[float, float]] = []
    again = train(
        *(*splits, tiny_vocabulary, tiny_config, tiny_shape, tmp_path),
        progress=lambda now, total: done.append((now, total)),
    )
    assert (done[0], done[-1]) == ((1, 30), (30, 30))
    assert _equal(again.weights, unbroken.weights)
    # Finished and not yet cleared: the result is there for the asking.
    kept = train(*splits, tiny_vocabulary, tiny_config, tiny_shape, tmp_path)
    assert _equal(kept.weights, unbroken.weights)
    assert kept.seconds == again.seconds
    checkpoint.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_killed_while_it_saves_ends_with_the_weights_of_an_unbroken_one(
    unbroken: TrainingResult,
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
    tmp_path: Path,
) -> None:
    config = tiny_config.copy_with(checkpoint_minutes=1e-9)  # after every step
    np.savez(tmp_path / "songs.npz", t=train_songs.ids, to=train_songs.song_offsets)
    np.savez(tmp_path / "valid.npz", t=valid_songs.ids, to=valid_songs.song_offsets)
    texts = [m.model_dump_json() for m in (tiny_vocabulary, config, tiny_shape)]
    program = REPOSITORY / "tests" / "tasks" / "model" / "train_until_killed.py"
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.tasks.model." + program.stem,
            tmp_path,
            *texts,
        ],
        cwd=REPOSITORY,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    assert list((tmp_path / "run").glob("checkpoint.safetensors"))
    resumed: list[float] = []
    result = train(
        *(train_songs, valid_songs, tiny_vocabulary, config, tiny_shape, tmp_path / "run"),
        progress=lambda now, _: resumed.append(now),
    )
    assert resumed[0] == 7  # step 6 was the last one saved
    assert _equal(result.weights, unbroken.weights)
    assert [r["valid_bits"] for r in result.history] == [r["valid_bits"] for r in unbroken.history]


def test_another_config_or_resume_off_starts_afresh(
    unbroken: TrainingResult,
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
) -> None:
    first = initial_weights(tiny_shape, tiny_vocabulary, 0)
    parts = (tiny_shape, tiny_vocabulary, train_songs)
    run = checkpoint.run_digest(tiny_config, *parts, first)
    assert run == checkpoint.run_digest(tiny_config.copy_with(root="elsewhere"), *parts, first)
    assert run != checkpoint.run_digest(tiny_config.copy_with(seed=1), *parts, first)
    assert run == checkpoint.run_digest(tiny_config.copy_with(least_steps=1), *parts, first)
    assert run != checkpoint.run_digest(tiny_config.copy_with(max_steps=31), *parts, first)
    assert run == checkpoint.run_digest(tiny_config.copy_with(precision="float32"), *parts, first)
    assert run != checkpoint.run_digest(tiny_config.copy_with(precision="mixed"), *parts, first)
    other = SplitIds(train_songs.ids + np.int16(0), train_songs.song_offsets)
    other.ids[-1, 0] ^= 1
    changed = checkpoint.run_digest(tiny_config, tiny_shape, tiny_vocabulary, other, first)
    assert run != changed
    warm = checkpoint.run_digest(tiny_config, *parts, unbroken.weights)
    assert run != warm


def test_patience_and_the_time_limit_end_a_run_with_its_best_weights(
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "FEWEST_STEPS_BETWEEN_EVALUATIONS", 2)
    plain = tiny_shape.model_copy(update={"memory_notes": 0})
    parts = (train_songs, valid_songs, tiny_vocabulary)
    wild = TrainConfig(batch=8, max_epochs=50, learning_rate=1.0, patience=2)
    result = train(*parts, wild, plain, tmp_path / "wild")
    assert result.stopped == "no better validation loss in 2 evaluations"
    bits = [row["valid_bits"] for row in result.history]
    assert int(np.argmin(bits)) == len(bits) - 3
    short = TrainConfig(batch=8, max_minutes=1e-6)
    result = train(*parts, short, plain, tmp_path / "short")
    assert result.stopped == "time limit of 1e-06 minutes reached"
    assert (result.steps, len(result.history)) == (1, 1)


def test_a_warm_start_begins_where_the_other_model_ended(
    unbroken: TrainingResult,
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tmp_path: Path,
) -> None:
    config = TrainConfig(batch=8, max_epochs=1, learning_rate=1e-6)
    parts = (train_songs, valid_songs, tiny_vocabulary, config)
    warm = train(*parts, tiny_shape, tmp_path, initial=unbroken.weights)
    expected = min(row["valid_bits"] for row in unbroken.history)
    assert warm.history[0]["valid_bits"] == pytest.approx(expected, abs=0.01)
    other = tiny_shape.model_copy(update={"units": 9})
    with pytest.raises(ModelError, match="another network or vocabulary"):
        train(*parts, other, tmp_path, initial=unbroken.weights)


def test_news_that_make_nothing_better_leave_the_start_as_it_was(
    unbroken: TrainingResult,
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
    tmp_path: Path,
) -> None:
    marks = np.arange(len(train_songs.song_offsets) - 1) % 2 == 0
    songs = replace(train_songs, new=marks)
    config = tiny_config.copy_with(learning_rate=1.0, new_share=0.5, max_steps=3)
    parts = (tiny_vocabulary, config, tiny_shape, tmp_path)
    result = train(songs, valid_songs, *parts, initial=unbroken.weights)
    assert [row["step"] for row in result.history] == [0, 3]
    assert "train_bits" not in result.history[0]
    assert result.history[1]["valid_bits"] > result.history[0]["valid_bits"]
    assert _equal(result.weights, unbroken.weights)
    runs = [
        checkpoint.run_digest(config, tiny_shape, tiny_vocabulary, one, unbroken.weights)
        for one in (songs, replace(songs, new=~marks), train_songs)
    ]
    assert len(set(runs)) == 3  # which songs are new is part of what the weights follow from
    plain = [
        checkpoint.run_digest(tiny_config, tiny_shape, tiny_vocabulary, one, unbroken.weights)
        for one in (songs, train_songs)
    ]
    assert len(set(plain)) == 1


def test_a_damaged_checkpoint_and_an_empty_split_are_refused(
    train_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tiny_config: TrainConfig,
    tmp_path: Path,
) -> None:
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"\x10\0\0\0\0\0\0\0half a file")
    with pytest.raises(ModelError, match=r"checkpoint\.safetensors: it is damaged"):
        checkpoint.read(tmp_path, "run")
    empty = SplitIds(train_songs.ids[:0], np.array([0]))
    with pytest.raises(CorpusError, match="a split has no notes"):
        train(train_songs, empty, tiny_vocabulary, tiny_config, tiny_shape, tmp_path)
