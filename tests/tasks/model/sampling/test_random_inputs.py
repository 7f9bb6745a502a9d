"""Primers come from the training songs; the Gaussian has the encoder states' moments."""

import numpy as np

from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, network_of
from nocturne.tasks.model.sampling import random_inputs


def test_primers_are_windows_of_training_songs(
    train_songs: SplitIds, tiny_vocabulary: Vocabulary
) -> None:
    found = random_inputs.choose_primers(train_songs, tiny_vocabulary, 8, 0)
    assert found.shape[1:] == (8, 4)
    assert found.dtype == np.int16
    windows = set()
    for first, last in zip(
        train_songs.song_offsets[:-1], train_songs.song_offsets[1:], strict=True
    ):
        windows |= {train_songs.ids[t : t + 8].tobytes() for t in range(first, last - 7)}
    assert {primer.tobytes() for primer in found} == windows  # few enough to have them all
    again = random_inputs.choose_primers(train_songs, tiny_vocabulary, 8, 0)
    np.testing.assert_array_equal(found, again)


def test_a_song_shorter_than_the_window_is_padded_in_front(tiny_vocabulary: Vocabulary) -> None:
    split = SplitIds(np.ones((3, 4), np.int16), np.array([0, 3]))
    found = random_inputs.choose_primers(split, tiny_vocabulary, 5, 0)
    assert found.tolist() == [[[4, 12, 3, 2]] * 2 + [[1, 1, 1, 1]] * 3]


def test_the_gaussian_has_the_mean_and_covariance_of_the_states(
    train_songs: SplitIds, tiny_vocabulary: Vocabulary, tiny_shape: NetworkShape
) -> None:
    weights = initial_weights(tiny_shape, tiny_vocabulary, 0)
    found = random_inputs.random_inputs(train_songs, tiny_vocabulary, tiny_shape, weights, 0)
    states = random_inputs.encoder_states(
        network_of(tiny_shape, tiny_vocabulary), weights, found.primers
    )
    assert states.shape == (len(found.primers), 4 * tiny_shape.units)
    np.testing.assert_allclose(found.state_mean, states.mean(axis=0), atol=1e-6)
    covariance = found.state_factor.T @ found.state_factor
    np.testing.assert_allclose(covariance, np.cov(states, rowvar=False), atol=1e-5)
