"""The id of a model: the same data, config and code always give the same id."""

import hashlib
import json

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.sequences import SequenceDataset

MODEL_VERSION = 3  # raised when the same config would train different weights


def model_id(config: TrainConfig, dataset: SequenceDataset) -> str:
    """Return `<corpus>-<preset>-<8 hex digits>` of everything that fixes the weights.

    The config's precision must be resolved, not auto, as auto depends on the machine.
    """
    fields = config.fingerprint_fields("model")
    content = json.dumps([MODEL_VERSION, dataset.fingerprint, fields], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{config.corpus}-{config.preset}-{digest}"
