"""What every use of trained weights needs to know of a model."""

from typing import Any, Protocol

import tensorflow as tf

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.initialise import Weights


class Trained(Protocol):
    """A network's form with its weights."""

    @property
    def shape(self) -> NetworkShape:
        """Sizes of the network."""

    @property
    def vocabulary(self) -> Vocabulary:
        """What its ids mean."""

    @property
    def weights(self) -> Weights:
        """Its weights, by name."""


def tensors(weights: Weights) -> dict[str, Any]:
    """Return the weights as tensors."""
    return {name: tf.constant(value) for name, value in weights.items()}
