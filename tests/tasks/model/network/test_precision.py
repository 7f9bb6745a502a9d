"""Mixed precision: chosen by device, close to float32, and safe against overflows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, tables
from nocturne.tasks.model.network.precision import resolve_precision
from nocturne.tasks.model.training import checkpoint, windows
from nocturne.tasks.model.training.checkpoint import Checkpoint, TrainingProgress
from nocturne.tasks.model.training.optimiser import LossScale
from nocturne.tasks.model.training.step import TrainingStep
from nocturne.tasks.model.training.train import training_network


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ([], "float32"),
        ([(6, 1)], "float32"),
        ([(7, 0)], "mixed"),
        ([(9, 0), (6, 0)], "float32"),
        ([(9, 0), (8, 6)], "mixed"),
        ([None], "float32"),
    ],
)
def test_auto_is_mixed_where_every_gpu_has_tensor_cores(
    capabilities: list[Any], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def details(gpu: int) -> dict[str, Any]:
        found = capabilities[gpu]
        return {"compute_capability": found} if found else {}

    gpus = list(range(len(capabilities)))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _: gpus)
    monkeypatch.setattr(tf.config.experimental, "get_device_details", details)
    configs = [TrainConfig(), TrainConfig(precision="float32"), TrainConfig(precision="mixed")]
    resolved = [resolve_precision(config).precision for config in configs]
    assert resolved == [expected, "float32", "mixed"]


def _step(
    config: TrainConfig, shape: NetworkShape, vocabulary: Vocabulary, scale: LossScale
) -> TrainingStep:
    weights = initial_weights(shape, vocabulary, 3)
    network = training_network(config, shape, vocabulary)
    return TrainingStep(network, config, weights, tables(vocabulary), scale)


def test_a_step_is_that_of_float32_but_for_rounding_and_an_overflow_changes_nothing(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, valid_songs: SplitIds
) -> None:
    scale = LossScale(2.0**15)
    full, mixed = (
        _step(TrainConfig(precision=name), tiny_shape, tiny_vocabulary, scale)
        for name in ("float32", "mixed")
    )
    places = windows.whole_songs(valid_songs, tiny_shape.window)
    sizes, context = tiny_vocabulary.sizes, full.network.context
    ids = windows.gather(valid_songs, places, context, tiny_shape.window, sizes)[:16]
    before = mixed.values()
    scale.factor = 1e38
    mixed(ids, 0, 1e-2)
    assert scale == LossScale(5e37, 0)
    assert all((value == before[name]).all() for name, value in mixed.values().items())
    assert not any(value.any() for group in mixed.moment_values() for value in group.values())
    scale.factor = 2.0**15
    assert mixed(ids, 0, 1e-2) == pytest.approx(full(ids, 0, 1e-2), rel=1e-3)
    assert scale == LossScale(2.0**15, 1)
    gradients, expected = mixed.moment_values()[0], full.moment_values()[0]
    for name, value in expected.items():
        apart = np.linalg.norm(gradients[name] - value) / np.linalg.norm(value)
        assert apart < 2 * np.finfo(np.float16).eps, name
        assert value.dtype == mixed.values()[name].dtype == np.float32


def test_a_checkpoint_keeps_the_loss_scale(tmp_path: Path) -> None:
    progress = TrainingProgress("run", 3, loss_scale=LossScale(4.0, 7))
    checkpoint.write(tmp_path, Checkpoint(progress, {}, {}, {}, {}))
    found = checkpoint.read(tmp_path, "run")
    assert found is not None
    assert found.progress == progress
