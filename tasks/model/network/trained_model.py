"""A trained model in memory: network, vocabulary, random inputs, limits of repetition."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.weights import LONGEST_MATCH, Weights

PERIODS = 4  # notes; longer periods do not fill a quarter of a piece with one window
UNLIMITED = LONGEST_MATCH + 1
REPEAT_REACH = 128  # notes in which the repeats of a window are counted
NO_REPEAT_LIMIT = REPEAT_REACH  # no count reaches it
PITCH_REACH = 64  # notes in which the occurrences of a pitch are counted
NO_PITCH_LIMIT = PITCH_REACH + 1
LIMITS = PERIODS + 2


def unlimited() -> NDArray[np.int32]:
    """Limits that nothing reaches: int32 [LIMITS]."""
    return np.array([*[UNLIMITED] * PERIODS, NO_REPEAT_LIMIT, NO_PITCH_LIMIT], np.int32)


@dataclass(frozen=True)
class Model:
    """A trained model, complete: it needs nothing but itself to compose.

    Random inputs as in nocturne.tasks.model.sampling.random_inputs.RandomInputs.
    """

    model_id: str
    shape: NetworkShape
    vocabulary: Vocabulary
    weights: Weights
    primers: NDArray[np.int16]
    state_mean: NDArray[np.float32]
    state_factor: NDArray[np.float32]
    loop_limits: NDArray[np.int32] = field(default_factory=unlimited)
