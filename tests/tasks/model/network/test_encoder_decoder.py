"""The network as a whole: no leaks, one note at a time as all at once, both executors alike."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import Attribute, SplitIds, Vocabulary
from nocturne.tasks.model.network.executors import keras_layer
from nocturne.tasks.model.network.network import Network, initial_weights, network_of, tensors
from nocturne.tasks.model.network.weights import SHARPNESS
from nocturne.tasks.model.sampling import decoder_state
from nocturne.tasks.model.training import windows


@pytest.fixture(params=[0, 4, 12])
def network(
    request: pytest.FixtureRequest, tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> Network:
    """Without memory, with one shorter than the window, and with one longer."""
    shape = tiny_shape.model_copy(update={"memory_notes": request.param})
    return network_of(shape, tiny_vocabulary)


def _weights(network: Network, vocabulary: Vocabulary) -> dict[str, Any]:
    """Weights in which every part matters, the memory's biases too."""
    weights = initial_weights(network.shape, vocabulary, 3)
    random = np.random.default_rng(4)
    for name, value in weights.items():
        if name.startswith("memory/") and "context" not in name:
            weights[name] = value + random.normal(size=value.shape).astype(np.float32) / SHARPNESS
    return tensors(weights, vocabulary)


def _batch(network: Network, songs: SplitIds) -> NDArray[np.int32]:
    places = windows.whole_songs(songs, network.shape.window)
    sizes = network.sizes
    return windows.gather(songs, places, network.context, network.shape.window, sizes)[:12]


def test_later_notes_never_change_earlier_likelihoods(
    network: Network, tiny_vocabulary: Vocabulary, valid_songs: SplitIds
) -> None:
    weights, ids = _weights(network, tiny_vocabulary), _batch(network, valid_songs)
    nats = tf.function(lambda ids: network.nats(weights, ids), autograph=False)
    before = nats(tf.constant(ids)).numpy()
    random = np.random.default_rng(0)
    for at in range(network.shape.window):
        changed = ids.copy()
        later = changed[:, network.context + at :]
        later[...] = random.integers(0, network.sizes, later.shape)
        after = nats(tf.constant(changed)).numpy()
        np.testing.assert_array_equal(after[:, :at], before[:, :at])
        for k in range(1, 4):  # nor do a note's later attributes change its earlier ones
            partly = ids.copy()
            partly[:, network.context + at, k:] = changed[:, network.context + at, k:]
            found = nats(tf.constant(partly)).numpy()
            real = ids[:, network.context + at, 0] < network.sizes[0]
            np.testing.assert_array_equal(found[real, at, :k], before[real, at, :k])


def test_one_note_at_a_time_gives_the_teacher_forced_likelihoods(
    network: Network, tiny_vocabulary: Vocabulary, valid_songs: SplitIds
) -> None:
    weights, ids = _weights(network, tiny_vocabulary), _batch(network, valid_songs)
    ids = ids[ids[:, -1, 0] < network.sizes[0]]  # windows that are full
    assert len(ids) >= 2
    expected = network.nats(weights, tf.constant(ids)).numpy()
    history = tf.constant(ids[:, : network.context])
    state = network.encode(weights, history[:, -network.shape.window :])
    decoder = decoder_state.initial_state(network, weights, history, state)
    for w in range(network.shape.window):
        inputs, state = network.read_next(weights, decoder)
        note = tf.constant(ids[:, network.context + w])
        for k, nats in enumerate(expected[:, w].T):
            logits = network.heads.logits(weights, k, inputs, [note[:, None, i] for i in range(k)])
            shares = tf.nn.log_softmax(logits[:, 0]).numpy()
            np.testing.assert_allclose(-shares[np.arange(len(ids)), note[:, k]], nats, atol=1e-5)
        decoder = decoder_state.append_note(network, weights, decoder, state, note)


def test_executors_agree_in_the_whole_network(
    network: Network, tiny_vocabulary: Vocabulary, valid_songs: SplitIds
) -> None:
    ids = tf.constant(_batch(network, valid_songs))
    found = []
    for form in (network, network_of(network.shape, tiny_vocabulary, keras_layer)):
        weights = _weights(network, tiny_vocabulary)
        trained = {name: weights[name] for name in network.weight_shapes()}
        with tf.GradientTape() as tape:
            tape.watch(trained)
            nats = form.nats(weights, ids)
            loss = tf.reduce_mean(nats)
        found.append((nats.numpy(), tape.gradient(loss, trained)))
    (ours, our_gradients), (theirs, their_gradients) = found
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    for name, gradient in our_gradients.items():
        np.testing.assert_allclose(gradient, their_gradients[name], atol=1e-5, err_msg=name)


def test_the_single_attribute_of_song_max_works_with_memory(tiny_shape: NetworkShape) -> None:
    vocabulary = Vocabulary(
        scheme="song-max",
        attributes=(Attribute(name="category", size=125),),
        codebooks={},
        fitted_on="test",
    )
    network = network_of(tiny_shape, vocabulary)
    ids = np.full((2, network.context + 8, 1), 125, np.int32)
    ids[0, 5:] = 7
    nats = network.nats(_weights(network, vocabulary), tf.constant(ids)).numpy()
    assert nats.shape == (2, 8, 1)
    assert (nats[0] > 0).all()
    assert (nats[1] == 0).all()  # nothing but start symbols: no notes, no loss
