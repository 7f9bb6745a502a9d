"""Training on several devices: the weights of one, also when it is broken off and resumed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, network_of, tables
from nocturne.tasks.model.training import replicated_step
from nocturne.tasks.model.training.optimiser import LossScale
from nocturne.tasks.model.training.replicated_step import training_step
from nocturne.tasks.model.training.step import TrainingStep
from nocturne.tasks.model.training.train import train

REPOSITORY = Path(__file__).parents[4]
PROGRAM = "tests.tasks.model.train_on_two_devices"


def test_two_replicas_give_the_weights_of_one(
    train_songs: SplitIds,
    valid_songs: SplitIds,
    tiny_vocabulary: Vocabulary,
    tiny_shape: NetworkShape,
    tmp_path: Path,
) -> None:
    config = TrainConfig(
        batch=15,  # windows that two cannot share evenly
        max_epochs=1,
        learning_rate=1e-2,
        executor="keras",
        checkpoint_minutes=1e-9,
    )
    plain = tiny_shape.model_copy(update={"memory_notes": 0})  # traced in less time
    configs = [config, config.copy_with(precision="mixed")]
    np.savez(tmp_path / "songs.npz", t=train_songs.ids, to=train_songs.song_offsets)
    np.savez(tmp_path / "valid.npz", t=valid_songs.ids, to=valid_songs.song_offsets)
    texts = [m.model_dump_json() for m in (tiny_vocabulary, plain, *configs)]
    subprocess.run(
        [sys.executable, "-m", PROGRAM, tmp_path, *texts],
        cwd=REPOSITORY,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        check=True,
        timeout=600,
    )
    for number, tolerance in enumerate([1e-5, 2e-2]):  # after 6 steps of up to 1e-2
        parts = (train_songs, valid_songs, tiny_vocabulary, configs[number], plain)
        one = train(*parts, tmp_path / f"one {number}")
        two = np.load(tmp_path / f"{number}.npz")
        assert one.steps == 6
        for name, expected in one.weights.items():
            np.testing.assert_allclose(two[name], expected, rtol=0, atol=tolerance, err_msg=name)


def test_one_device_or_the_xla_executor_takes_plain_steps(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = network_of(tiny_shape, tiny_vocabulary)
    weights = initial_weights(tiny_shape, tiny_vocabulary, 0)
    for executor, names in (("keras", []), ("keras", ["GPU:0"]), ("xla", ["GPU:0", "GPU:1"])):
        monkeypatch.setattr(replicated_step, "devices", lambda names=names: names)
        config = TrainConfig.model_validate({"executor": executor})
        step = training_step(network, config, weights, tables(tiny_vocabulary), LossScale())
        assert type(step) is TrainingStep
