"""The name of a model: the same data, config and code always give the same one."""

import hashlib
import json

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.sequences import SequenceDataset

MODEL_VERSION = 3  # raised when the same config would train different weights
# Fields that say where and how a model is trained, not which model comes out.
CIRCUMSTANCES = {
    "root",
    "resume",
    "checkpoint_minutes",
    "executor",
    "promotion_margin",
    "min_test_songs",
    "least_steps",
}
# Fields that the first models did not have, with the values that train as those models were
# trained: such a value is left out, so that the models keep their names.
LATER: dict[str, tuple[object, ...]] = {"precision": ("auto", "float32"), "max_steps": (None,)}


def model_id(config: TrainConfig, dataset: SequenceDataset) -> str:
    """Return `<corpus>-<preset>-<8 hex digits>` of everything that fixes the weights.

    The config's precision must be resolved, not auto, as auto depends on the machine.
    """
    fixed = config.model_dump(exclude=circumstances(config, CIRCUMSTANCES))
    content = json.dumps([MODEL_VERSION, dataset.fingerprint, fixed], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{config.corpus}-{config.preset}-{digest}"


def circumstances(config: TrainConfig, fields: set[str]) -> set[str]:
    """Return `fields`, and those of LATER that have the value of models without them."""
    return fields | {name for name, value in LATER.items() if getattr(config, name) in value}
