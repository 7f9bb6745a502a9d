"""Random inputs that a model keeps, so that it can compose without its corpus."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import Network, network_of
from nocturne.tasks.model.network.ops import Tensor
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.weights import Weights
from nocturne.tasks.model.sampling.loop_limits import loop_limits
from nocturne.tasks.model.training import windows

MOST_PRIMERS = 1024


class RandomInputs(NamedTuple):
    """Primers int16 [P, window, A], and the encoder's final states over them as a Gaussian.

    A state is all arrays of the first layer, then of the next, in one row [W]: of an LSTM network
    (h, c) of layer 0 and of layer 1, W = 4H. state_mean [W] and state_factor [P, W]: mean +
    z @ factor has the states' covariance for standard normal z.
    loop_limits int32 [LIMITS]: the limits of repetition, see loop_limits.py.
    """

    primers: NDArray[np.int16]
    state_mean: NDArray[np.float32]
    state_factor: NDArray[np.float32]
    loop_limits: NDArray[np.int32]


def random_inputs(
    train: SplitIds, vocabulary: Vocabulary, shape: NetworkShape, weights: Weights, seed: int
) -> RandomInputs:
    """Choose primers among the training windows and fit the Gaussian of their states."""
    primers = choose_primers(train, vocabulary, shape.window, seed)
    states = encoder_states(network_of(shape, vocabulary), weights, primers)
    mean = states.mean(axis=0)
    factor = (states - mean) / np.sqrt(max(1, len(states) - 1))
    limits = loop_limits(train, vocabulary)
    return RandomInputs(primers, mean.astype(np.float32), factor.astype(np.float32), limits)


def choose_primers(
    train: SplitIds, vocabulary: Vocabulary, window: int, seed: int
) -> NDArray[np.int16]:
    """Return up to MOST_PRIMERS windows of training songs, in random order, without repeats.

    A window begins no earlier than its song; a song shorter than a window is padded in front.
    """
    lengths = np.diff(train.song_offsets)
    ends = np.maximum(lengths - window, 0) + 1  # windows that end inside each song
    random = np.random.default_rng(seed)
    total = int(ends.sum())
    number = np.sort(random.choice(total, min(total, MOST_PRIMERS), replace=False))
    song = np.searchsorted(np.cumsum(ends), number, side="right")
    inside = number - (np.cumsum(ends) - ends)[song]
    end = train.song_offsets[song] + np.minimum(lengths[song], window) + inside
    places = windows.WindowIndex(end, song)
    ids = windows.gather(train, places, window, 0, vocabulary.sizes).astype(np.int16)
    return np.asarray(random.permutation(ids))


def encoder_states(
    network: Network, weights: Weights, primers: NDArray[np.int16]
) -> NDArray[np.float32]:
    """Return the encoder's final states over primers [P, window, A]: float32 [P, W]."""
    values = {name: tf.constant(value) for name, value in weights.items()}

    @tf.function(jit_compile=True, autograph=False)
    def states(ids: Tensor) -> Tensor:
        return network.state_rows(network.encode(values, ids))

    return np.asarray(states(tf.constant(primers.astype(np.int32))))
