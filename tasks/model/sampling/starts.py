"""Where samples start: the notes before a sample, and the decoder's state (SamplingConfig).

A sample that continues notes starts in the encoder's state after them, which the compiled loop of
draw_window.py computes. Between two starts, the states are interpolated on a straight line, which
keeps every h within the range of the two (a spherical path gave the same overlap with held-out
songs, 0.934 against 0.933, and the same repetition). The memory reads the notes of the nearer
start, of the first at position 0.5. Positions 0 and 1 are those starts themselves.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nocturne.schemas.config import SamplingConfig
from nocturne.tasks.model.network.network import Network, State
from nocturne.tasks.model.network.ops import Tensor, Tensors
from nocturne.tasks.model.network.quiet_tensorflow import tf
from nocturne.tasks.model.network.trained_model import Model

MOST_FORMS = 16  # of networks, whose compiled function a process keeps
Floats = NDArray[np.float32]


def primer_of(seed: int, index: int, primers: int) -> int:
    """Return the number of the primer that sample `index` continues."""
    return int(np.random.default_rng([seed, index]).integers(primers))


def starts_of(
    model: Model, network: Network, weights: Tensors, config: SamplingConfig, indices: Sequence[int]
) -> tuple[Tensor, State | None]:
    """Return the history int32 [indices, context, A] of samples, and their decoder's state.

    The state is None where the encoder gives it, from the history. `config` has a seed.
    """
    seed = config.seed or 0
    if config.random_input == "gaussian":
        random = [np.random.default_rng([seed, index]) for index in indices]
        vector = np.stack([r.standard_normal(len(model.state_factor)) for r in random])
        state = (model.state_mean + vector @ model.state_factor).astype(np.float32)
        nothing = _history(model, network, [_no_notes(model)] * len(indices))
        return tf.constant(nothing), network.state_of(tf.constant(state))
    first = _songs(model, config.prime, 0, seed, indices)
    if config.random_input != "between" or config.position == 0:
        return tf.constant(_history(model, network, first)), None
    seed_to = (seed + 1) % 2**31 if config.seed_to is None else config.seed_to
    second = _songs(model, config.prime_to, -1, seed_to, indices)
    if config.position == 1:
        return tf.constant(_history(model, network, second)), None
    histories = [_history(model, network, songs) for songs in (first, second)]
    ends = [_states(model, network, weights, history) for history in histories]
    state = ((1 - config.position) * ends[0] + config.position * ends[1]).astype(np.float32)
    nearer = histories[0] if config.position <= 0.5 else histories[1]
    return tf.constant(nearer), network.state_of(tf.constant(state))


def _songs(
    model: Model, prime: str | None, place: int, seed: int, indices: Sequence[int]
) -> list[NDArray[np.int16]]:
    """Return the ids that each sample continues: those of a prime, or of the seed's primers."""
    if prime is not None:
        return [model.primes[place]] * len(indices)
    return [model.primers[primer_of(seed, index, len(model.primers))] for index in indices]


def _history(
    model: Model, network: Network, songs: Sequence[NDArray[np.int16]]
) -> NDArray[np.int32]:
    """Return the last notes of each song, after start symbols where it is shorter."""
    sizes = np.asarray(model.vocabulary.sizes, np.int32)
    history = np.zeros((len(songs), network.context, len(sizes)), np.int32) + sizes
    for row, song in zip(history, songs, strict=True):
        last = song[-network.context :]
        row[network.context - len(last) :] = last
    return history


def _no_notes(model: Model) -> NDArray[np.int16]:
    return np.zeros((0, len(model.vocabulary.sizes)), np.int16)


def _states(model: Model, network: Network, weights: Tensors, history: NDArray[np.int32]) -> Floats:
    """Return the encoder's states after histories: float32 [B, W]."""
    ids = tf.constant(history[:, -model.shape.window :])
    return np.asarray(_compiled_states(network)(weights, ids))


@lru_cache(MOST_FORMS)
def _compiled_states(network: Network) -> Callable[[Tensors, Tensor], Tensor]:
    """Return a compiled function from weights and ids int32 [B, window, A] to states [B, W]."""

    @tf.function(jit_compile=True, autograph=False)
    def states(weights: Tensors, ids: Tensor) -> Tensor:
        return network.state_rows(network.encode(weights, ids))

    compiled: Callable[[Tensors, Tensor], Tensor] = states
    return compiled
