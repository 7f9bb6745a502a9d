"""A training that dies of SIGKILL at step 7: FOLDER VOCABULARY CONFIG SHAPE.

It dies inside the writing of a checkpoint, between the write and the rename.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.training.train import train

LAST_STEP = 7


def main() -> None:
    """Train until the step, then die as a machine does."""
    folder = Path(sys.argv[1])
    vocabulary = Vocabulary.model_validate_json(sys.argv[2])
    config = TrainConfig.model_validate_json(sys.argv[3])
    shape = NetworkShape.model_validate_json(sys.argv[4])
    splits: list[SplitIds] = []
    for name in ("songs", "valid"):
        stored = np.load(folder / f"{name}.npz")
        splits.append(SplitIds(stored["t"], stored["to"]))

    def die(done: float, _: float) -> None:
        if done == LAST_STEP:
            Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment, method-assign]

    train(splits[0], splits[1], vocabulary, config, shape, folder / "run", progress=die)


if __name__ == "__main__":
    main()
