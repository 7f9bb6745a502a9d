"""A trained model in memory: network, vocabulary, random inputs, limits of repetition."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.model.network.weights import LONGEST_MATCH, Weights

# Limits of repetition, see sampling/loop_limits.py: of runs by period, of windows, of pitches.
PERIODS = 4  # notes; longer periods do not fill a quarter of a piece with one window
UNLIMITED = LONGEST_MATCH + 1  # a length that no match reaches
WINDOW_REPEAT_REACH = 128  # notes
NO_WINDOW_REPEAT_LIMIT = WINDOW_REPEAT_REACH  # a count that no window reaches
PITCH_COUNT_REACH = 64  # notes
NO_PITCH_COUNT_LIMIT = PITCH_COUNT_REACH + 1  # a count that no pitch reaches
LIMITS = PERIODS + 2


def unlimited() -> NDArray[np.int32]:
    """Return limits that nothing reaches: int32 [LIMITS]."""
    return np.array(
        [*[UNLIMITED] * PERIODS, NO_WINDOW_REPEAT_LIMIT, NO_PITCH_COUNT_LIMIT], np.int32
    )


@dataclass(frozen=True)
class Model:
    """A trained model with all that it composes from; no corpus is needed.

    Primers, state and limits are those of nocturne.tasks.model.sampling.random_inputs.RandomInputs.
    `primes` are the ids of songs that a run continues, int16 [notes, A] each; no model keeps them.
    """

    model_id: str
    shape: NetworkShape
    vocabulary: Vocabulary
    weights: Weights
    primers: NDArray[np.int16]
    state_mean: NDArray[np.float32]
    state_factor: NDArray[np.float32]
    loop_limits: NDArray[np.int32] = field(default_factory=unlimited)
    primes: tuple[NDArray[np.int16], ...] = ()
