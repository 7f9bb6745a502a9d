"""Where samples start: primers, primes and what lies between two of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, network_of, tensors
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling.random_inputs import encoder_states, random_inputs
from nocturne.tasks.model.sampling.sample import BATCH_ROWS, sample
from nocturne.tasks.model.sampling.starts import primer_of, starts_of

CONFIG = SamplingConfig(notes=16, seed=7, temperature=1.0)
PRIME = {"random_input": "prime", "prime": "a"}
PRIMES = {"random_input": "between", "prime": "a", "prime_to": "b"}
SEEDS = {"random_input": "between", "seed_to": 99}


@pytest.fixture(scope="module")
def model(tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds) -> Model:
    """An untrained model with two songs to continue, one longer than its context, one shorter."""
    weights = initial_weights(tiny_shape, tiny_vocabulary, 0)
    inputs = random_inputs(train_songs, tiny_vocabulary, tiny_shape, weights, 0)
    primes = (train_songs.ids[:30], train_songs.ids[60:65])
    return Model("tiny", tiny_shape, tiny_vocabulary, weights, *inputs, primes)


def draw(model: Model, count: int = 3, first: int = 0, **changes: Any) -> Any:
    return sample(model, CONFIG.copy_with(**changes), first, count).ids


def start(model: Model, **changes: Any) -> tuple[Any, Any]:
    network = network_of(model.shape, model.vocabulary)
    weights = tensors(model.weights, model.vocabulary)
    history, state = starts_of(model, network, weights, CONFIG.copy_with(**changes), range(4))
    return history.numpy(), None if state is None else network.state_rows(state).numpy()


def test_a_prime_is_read_by_its_last_notes(model: Model) -> None:
    history, state = start(model, **PRIME)
    assert state is None  # the encoder's own, after the history
    context = history.shape[1]
    assert context == 12  # the memory reaches further back than the window
    np.testing.assert_array_equal(history, [model.primes[0][-context:]] * 4)
    short, _ = start(replace(model, primes=model.primes[1:]), **PRIME)
    np.testing.assert_array_equal(short[0, -5:], model.primes[1])
    np.testing.assert_array_equal(short[0, :-5], [model.vocabulary.sizes] * (context - 5))


def test_variations_of_a_prime_follow_the_seed_and_the_index_alone(model: Model) -> None:
    ids = draw(model, BATCH_ROWS + 2, **PRIME)
    assert len({piece.tobytes() for piece in ids}) == len(ids)
    np.testing.assert_array_equal(ids[-3:], draw(model, 3, BATCH_ROWS - 1, **PRIME))
    assert (ids[:3] != draw(model, seed=8, **PRIME)).any()
    other = replace(model, primes=(model.primes[1],))
    assert (ids[:3] != draw(other, **PRIME)).any()  # so the prime is heard
    cut = replace(model, primes=(model.primes[0][-12:],))
    np.testing.assert_array_equal(ids[:3], draw(cut, **PRIME))


def test_position_0_is_the_first_and_1_the_second_exactly(model: Model) -> None:
    first = draw(model, BATCH_ROWS, **PRIME)
    second = draw(replace(model, primes=model.primes[::-1]), BATCH_ROWS, **PRIME)
    np.testing.assert_array_equal(draw(model, BATCH_ROWS, position=0, **PRIMES), first)
    np.testing.assert_array_equal(draw(model, BATCH_ROWS, position=1, **PRIMES), second)
    middle = draw(model, BATCH_ROWS, position=0.5, **PRIMES)
    assert (middle != first).any()
    assert (middle != second).any()
    np.testing.assert_array_equal(draw(model, position=0, **SEEDS), draw(model))
    history, state = start(model, position=1, **SEEDS)
    chosen = [primer_of(99, index, len(model.primers)) for index in range(4)]
    np.testing.assert_array_equal(history[:, -model.shape.window :], model.primers[chosen])
    assert state is None
    following, _ = start(model, random_input="between", position=1)  # the seed after 7
    np.testing.assert_array_equal(following, start(model, seed=8)[0])


def test_between_two_songs_the_memory_reads_the_nearer(model: Model) -> None:
    ends = [start(model, position=position, **PRIMES)[0] for position in (0, 1)]
    for position, nearer in ((0.1, 0), (0.5, 0), (0.51, 1), (0.9, 1)):
        np.testing.assert_array_equal(start(model, position=position, **PRIMES)[0], ends[nearer])
    network = network_of(model.shape, model.vocabulary)
    window = model.shape.window
    states = [encoder_states(network, model.weights, end[:, -window:]) for end in ends]
    for position in (1e-6, 0.25, 1 - 1e-6):
        _, found = start(model, position=position, **PRIMES)
        line = (1 - position) * states[0] + position * states[1]
        np.testing.assert_allclose(found, line, atol=1e-5)
