"""Sampling: repeatable, independent of how many are asked for, and honest about the model."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.tasks.model.network.network import initial_weights, network_of, tensors
from nocturne.tasks.model.network.trained_model import Model, unlimited
from nocturne.tasks.model.sampling.draw_window import draw_window
from nocturne.tasks.model.sampling.random_inputs import random_inputs
from nocturne.tasks.model.sampling.sample import BATCH_ROWS, sample

CONFIG = SamplingConfig(notes=20, seed=7, temperature=1.0)


@pytest.fixture(scope="module")
def model(tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds) -> Model:
    """An untrained model with memory: its samples vary as much as can be."""
    weights = initial_weights(tiny_shape, tiny_vocabulary, 0)
    inputs = random_inputs(train_songs, tiny_vocabulary, tiny_shape, weights, 0)
    return Model("tiny", tiny_shape, tiny_vocabulary, weights, *inputs)


def draw(
    model: Model, count: int, first_index: int = 0, progress: Progress = silent, **changes: Any
) -> Any:
    """Draw samples with some fields of CONFIG changed."""
    return sample(model, CONFIG.copy_with(**changes), first_index, count, progress).ids


@pytest.mark.parametrize("random_input", ["primer", "gaussian"])
def test_samples_are_valid_repeatable_and_follow_the_seed(model: Model, random_input: str) -> None:
    ids = draw(model, 4, random_input=random_input)
    assert ids.shape == (4, 20, 4)
    assert ids.dtype == np.int16
    assert (ids >= 0).all()
    assert (ids < model.vocabulary.sizes).all()
    np.testing.assert_array_equal(ids, draw(model, 4, random_input=random_input))
    assert (ids != draw(model, 4, random_input=random_input, seed=8)).any()
    assert len({piece.tobytes() for piece in ids}) == 4


def test_a_sample_depends_on_its_index_and_not_on_the_batch(model: Model) -> None:
    count = 2 * BATCH_ROWS + 3
    together = draw(model, count)
    for first, some in ((0, 1), (5, 3), (BATCH_ROWS - 2, 4), (count - 1, 1)):
        apart = draw(model, some, first)
        np.testing.assert_array_equal(apart, together[first : first + some])
    longer = draw(model, 2, notes=33)
    np.testing.assert_array_equal(longer[:, :20], together[:2])


def test_the_first_note_is_drawn_from_the_models_distribution(model: Model) -> None:
    """3,200 first notes against the exact probabilities, by attribute."""
    one_primer = Model(
        "tiny", model.shape, model.vocabulary, model.weights, model.primers[:1], *_states(model)
    )
    drawn = draw(one_primer, 3200, notes=8)[:, 0, 0]
    network = network_of(model.shape, model.vocabulary)
    ids = np.zeros((1, network.context + model.shape.window, 4), np.int32)
    ids += np.asarray(model.vocabulary.sizes, np.int32)
    ids[:, network.context - model.shape.window : network.context] = model.primers[:1]
    weights = tensors(model.weights, model.vocabulary)
    logits = network.heads.logits(weights, 0, network.read(weights, tf.constant(ids)), [])
    expected = tf.nn.softmax(logits)[0, 0].numpy()
    found = np.bincount(drawn, minlength=4) / len(drawn)
    np.testing.assert_allclose(found, expected, atol=5 * 0.5 / np.sqrt(len(drawn)))


def test_a_low_temperature_and_a_small_top_p_leave_the_likeliest(model: Model) -> None:
    cold = draw(model, 3, temperature=1e-6)
    narrow = draw(model, 3, top_p=1e-6)
    np.testing.assert_array_equal(cold, narrow)


def test_progress_ends_at_all_notes_and_no_primers_is_an_error(model: Model) -> None:
    seen: list[tuple[float, float]] = []
    draw(model, 1, progress=lambda now, total: seen.append((now, total)))
    assert [now / total for now, total in seen] == pytest.approx([1 / 3, 2 / 3, 1])
    bare = Model(
        "bare", model.shape, model.vocabulary, model.weights, model.primers[:0], *_states(model)
    )
    with pytest.raises(ModelError, match="no primers"):
        draw(bare, 1)


def test_an_empty_seed_is_an_error(model: Model) -> None:
    with pytest.raises(ValueError, match="needs a seed"):
        draw(model, 1, seed=None)


def _states(model: Model) -> tuple[Any, Any]:
    return model.state_mean, model.state_factor


def test_no_run_in_a_sample_is_longer_than_its_limit(model: Model) -> None:
    limits = np.array([2, 2, 16, 16, 128, 65], np.int32)
    for allowed in (limits, unlimited()):
        guarded = Model(
            *("tiny", model.shape, model.vocabulary, model.weights, model.primers),
            *(*_states(model), allowed),
        )
        drawn = draw(guarded, 32, notes=64, temperature=0.3)
        primers = _primers_of(model, 32)
        pieces = np.concatenate([primers, drawn], axis=1)[..., :2]  # interval and pitch
        longest = [_longest_run(pieces, period, primers.shape[1]) for period in (1, 2)]
        if allowed is limits:
            assert longest[0] == 2
            assert longest[1] <= 2
        else:
            assert longest[0] > 2  # so the limit did make a difference
            assert longest[1] > 2


def test_windows_that_repeat_too_often_are_forbidden(model: Model) -> None:
    most = []
    for repeats in (1, 128):
        limits = np.array([16, 16, 16, 16, repeats, 65], np.int32)
        guarded = Model(
            *("tiny", model.shape, model.vocabulary, model.weights, model.primers),
            *(*_states(model), limits),
        )
        drawn = draw(guarded, 32, notes=64, temperature=0.02)
        most.append(np.mean([_most_windows(piece[:, :2]) for piece in drawn]))
    assert most[0] < most[1] / 2


def test_no_pitch_occurs_more_often_than_its_limit(model: Model) -> None:
    limits = np.array([16, 16, 16, 16, 128, 4], np.int32)
    guarded = Model(
        *("tiny", model.shape, model.vocabulary, model.weights, model.primers),
        *(*_states(model), limits),
    )
    drawn = draw(guarded, 8, notes=48, temperature=0.02)
    seen = model.shape.window  # before the first window's end the notes of the primer count too
    for piece in drawn[:, :, 1]:
        for end in range(seen, len(piece) + 1):
            assert np.bincount(piece[end - seen : end]).max() <= 4


def _most_windows(piece: Any) -> int:
    """How often the commonest window of five notes occurs."""
    windows = np.lib.stride_tricks.sliding_window_view(piece, (5, 2)).reshape(-1, 10)
    return int(np.unique(windows, axis=0, return_counts=True)[1].max())


def _primers_of(model: Model, count: int) -> Any:
    """The primers that the first samples continue."""
    random = [np.random.default_rng([CONFIG.seed, index]) for index in range(count)]
    return model.primers[[int(r.integers(len(model.primers))) for r in random]]


def _longest_run(pieces: Any, period: int, first: int) -> int:
    """Longest run of equal notes one period apart, ending at a note from `first` on."""
    longest = 0
    for piece in pieces:
        run = 0
        for t in range(period, len(piece)):
            run = run + 1 if (piece[t] == piece[t - period]).all() else 0
            if t >= first + period:
                longest = max(longest, run)
    return longest


@pytest.fixture(scope="module")
def ending_model(model: Model) -> Model:
    """An untrained model with an end, which is likely at every place."""
    vocabulary = model.vocabulary.with_end()
    weights = initial_weights(model.shape, vocabulary, 0)
    weights["head/inter_onset_interval/out_bias"][-1] = -1.0
    return replace(model, vocabulary=vocabulary, weights=weights)


def test_pieces_end_where_the_model_ends_them_whatever_the_batch(ending_model: Model) -> None:
    config = CONFIG.copy_with(ending=True, notes=40)
    count = BATCH_ROWS + 6
    found = sample(ending_model, config, 0, count)
    ended = found.facts["ended"]
    assert 0 < ended.sum() < count
    assert (found.lengths[ended] >= 8).all()
    assert (found.lengths[~ended] == 40).all()
    assert found.ids.shape == (count, 40, 4)
    for first, some in ((0, 1), (5, 3), (BATCH_ROWS - 2, 4), (count - 1, 1)):
        apart = sample(ending_model, config, first, some)
        np.testing.assert_array_equal(apart.lengths, found.lengths[first : first + some])
        np.testing.assert_array_equal(apart.facts["ended"], ended[first : first + some])
        for i in range(some):
            length = apart.lengths[i]
            np.testing.assert_array_equal(apart.ids[i, :length], found.ids[first + i, :length])
    # The notes are those of a length in notes, of which the end is no category.
    by_notes = sample(ending_model, CONFIG.copy_with(notes=40), 0, count)
    assert not by_notes.facts["ended"].any()
    assert (by_notes.ids < model_sizes(ending_model)).all()
    for i in range(count):
        length = found.lengths[i]
        np.testing.assert_array_equal(by_notes.ids[i, :length], found.ids[i, :length])


def test_the_end_has_the_probability_that_training_gives_it(ending_model: Model) -> None:
    network = network_of(ending_model.shape, ending_model.vocabulary)
    weights = tensors(ending_model.weights, ending_model.vocabulary)
    history = np.zeros((BATCH_ROWS, network.context, 4), np.int32) + model_sizes(ending_model)
    history[:, -8:] = ending_model.primers[:BATCH_ROWS]
    given = (tf.constant(ending_model.loop_limits, tf.int32), tf.constant(history), None)
    key = tf.constant([1, 2], tf.int32)
    for temperature, top_p in ((1.0, 1.0), (1.0, 0.9)):
        config = CONFIG.copy_with(temperature=temperature, top_p=top_p)
        drawn = draw_window(network, weights, config, *given, key)
        ids, ends = drawn.ids, drawn.ends
        whole = np.concatenate([history, ids.numpy()], axis=1).astype(np.int32)
        nats = network.nats(weights, tf.constant(whole)).numpy()
        expected = 1 - np.exp(-nats[..., -1])  # at a note, it is the surprise at no end
        if top_p == 1:
            np.testing.assert_allclose(ends.numpy(), expected, rtol=1e-4, atol=1e-6)
        else:  # the end is left out, or more probable among fewer categories
            assert ((ends.numpy() == 0) | (ends.numpy() > expected - 1e-6)).all()
            assert 0 < (ends.numpy() == 0).sum() < expected.size


def test_an_ending_is_asked_in_vain_of_a_model_without_one(model: Model) -> None:
    with pytest.raises(ModelError, match="model tiny has not learned where songs end"):
        draw(model, 1, ending=True)


def model_sizes(model: Model) -> Any:
    """The sizes of the attributes as an array."""
    return np.asarray(model.vocabulary.sizes, np.int32)
