"""Trainings on two logical CPUs as two replicas: FOLDER VOCABULARY SHAPE CONFIG...

FOLDER has songs.npz and valid.npz; each config's weights are written to FOLDER/<number>.npz.
The first run is broken off in the middle and goes on from its checkpoint.
"""

import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import tensorflow as tf

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.training import replicated_step
from nocturne.tasks.model.training.train import train

DEVICES = ["CPU:0", "CPU:1"]
BREAK_AT_STEP = 3


class BrokenOffError(Exception):
    """Stands for whatever ends a run early."""


def break_off(done: float, _: float) -> None:
    """End the run."""
    if done == BREAK_AT_STEP:
        raise BrokenOffError


def main() -> None:
    """Train each config on two devices."""
    folder = Path(sys.argv[1])
    two = [tf.config.LogicalDeviceConfiguration()] * len(DEVICES)
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
    replicated_step.devices = lambda: DEVICES
    vocabulary = Vocabulary.model_validate_json(sys.argv[2])
    shape = NetworkShape.model_validate_json(sys.argv[3])
    splits = [SplitIds(stored["t"], stored["to"]) for stored in map(np.load, _files(folder))]
    for number, text in enumerate(sys.argv[4:]):
        config = TrainConfig.model_validate_json(text)
        parts = (splits[0], splits[1], vocabulary, config, shape, folder / str(number))
        if number == 0:
            with suppress(BrokenOffError):
                train(*parts, progress=break_off)
        result = train(*parts)
        np.savez(folder / f"{number}.npz", **result.weights)  # type: ignore[arg-type]


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "songs.npz", folder / "valid.npz"


if __name__ == "__main__":
    main()
