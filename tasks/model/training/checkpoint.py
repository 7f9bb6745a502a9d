"""Checkpoints: everything a run needs to go on as if it had never stopped.

One safetensors file holds the weights, Adam's moments, the best weights so far and, in its
header, the progress of the run. The order of the data and every random number follow from
(seed, step), so of them the file holds the step alone. The file is replaced by a rename.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.training.optimiser import LossScale
from nocturne.tasks.storage.arrays import packed
from nocturne.tasks.storage.layout import CHECKPOINT_FILE
from nocturne.tasks.storage.retry import storage_errors

SAMPLED_BYTES = 2**20  # of the first and of the last ids, which go into the digest of a run
HEADER = "place"  # key of the progress in the file's header


@dataclass
class TrainingProgress:
    """The progress of a run, besides its arrays. `history` has one row per evaluation."""

    run: str  # digest of everything that the final weights follow from
    step: int = 0
    seconds: float = 0.0
    by_clock: bool | None = None
    best_bits: float = float("inf")
    without_gain: int = 0
    stopped: str = ""
    loss_scale: LossScale = field(default_factory=LossScale)
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoint:
    """A run's progress and arrays by weight name; the moments are Adam's."""

    progress: TrainingProgress
    weights: Weights
    first_moments: Weights
    second_moments: Weights
    best: Weights


def run_digest(
    config: TrainConfig,
    shape: NetworkShape,
    vocabulary: Vocabulary,
    train: SplitIds,
    first: Weights,
) -> str:
    """Return a digest of what a run's result follows from: config, network, data, first weights.

    The config's precision must be resolved, not auto.
    """
    digest = hashlib.sha256()
    fields = set(config.fingerprint_fields("weights"))
    digest.update(config.model_dump_json(include=fields).encode())
    digest.update((shape.model_dump_json() + vocabulary.document_id).encode())
    digest.update(np.ascontiguousarray(train.song_offsets).tobytes())
    if train.new is not None and config.new_share is not None:
        digest.update(np.packbits(train.new).tobytes())
    rows = SAMPLED_BYTES // (2 * train.ids.shape[1])
    digest.update(np.ascontiguousarray(train.ids[:rows]).tobytes())
    digest.update(np.ascontiguousarray(train.ids[-rows:]).tobytes())
    for value in first.values():
        digest.update(value.tobytes())
    return digest.hexdigest()


def write(folder: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint in `folder`, atomically; StorageError if that fails.

    One process at a time trains a model, so unfinished files there are of killed processes.
    """
    groups = asdict(checkpoint)
    progress = json.dumps(groups.pop("progress"))
    arrays = {f"{group}:{name}": a for group, part in groups.items() for name, a in part.items()}
    content = packed(arrays, {HEADER: progress})
    tmp_path = folder / f".{CHECKPOINT_FILE}.{os.getpid()}.part"
    with storage_errors("write the checkpoint", str(folder / CHECKPOINT_FILE)):
        folder.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(folder)
        try:
            with tmp_path.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            tmp_path.replace(folder / CHECKPOINT_FILE)
        finally:
            tmp_path.unlink(missing_ok=True)


def _clear_unfinished(folder: Path) -> None:
    for path in folder.glob(f".{CHECKPOINT_FILE}.*.part"):
        path.unlink(missing_ok=True)


def read(folder: Path, run: str) -> Checkpoint | None:
    """Return the checkpoint of the run with this digest; None if there is none."""
    path = folder / CHECKPOINT_FILE
    if not path.is_file():
        return None
    groups: dict[str, Weights] = {
        name: {} for name in Checkpoint.__dataclass_fields__ if name != "progress"
    }
    try:
        with safe_open(path, "np") as stored:
            header = json.loads(stored.metadata()[HEADER])
            scale = LossScale(**header.pop("loss_scale", {}))  # older checkpoints have none
            progress = TrainingProgress(**header, loss_scale=scale)
            if progress.run != run:
                return None
            for key in stored.keys():  # noqa: SIM118 - not a dict
                group, _, name = key.partition(":")
                groups[group][name] = stored.get_tensor(key)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"cannot read the checkpoint {path}: it is damaged; delete it to train from the start"
        ) from error
    return Checkpoint(progress, **groups)


def clear(folder: Path) -> None:
    """Delete the checkpoint in `folder`, once its model is published."""
    with storage_errors("delete the checkpoint", str(folder / CHECKPOINT_FILE)):
        _clear_unfinished(folder)
        (folder / CHECKPOINT_FILE).unlink(missing_ok=True)
