"""Constraints: no note of a thousand samples breaks one; what is left keeps the model's odds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.network_shape import NetworkShape
from nocturne.schemas.sequences import SplitIds, Vocabulary
from nocturne.schemas.theory import key_of
from nocturne.tasks.model.network.network import initial_weights, network_of, tensors
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.sampling import draw_window
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.model.sampling.filters import Filters
from nocturne.tasks.model.sampling.random_inputs import random_inputs
from nocturne.tasks.model.sampling.sample import BATCH_ROWS, sample
from nocturne.tasks.model.sampling.starts import primer_of
from nocturne.tasks.music.categories import decode
from nocturne.tasks.music.theory.key_finding import key_of_notes

CONFIG = SamplingConfig(notes=20, seed=7, temperature=1.0)
INTERVALS = np.array([0, 240, 480, 960])
PITCHES = np.arange(55, 67)
DURATIONS = np.array([120, 240, 480])
THREE_FOUR = 1440  # ticks
EVERY_LIMIT: dict[str, Any] = {
    "key": "D dorian",
    "lowest": "A3",
    "highest": "F4",
    "metre": "3/4",
    "transpose": 2,
}


@pytest.fixture(scope="module")
def model(tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, train_songs: SplitIds) -> Model:
    """An untrained model, which would break every limit; its form is that of other tests."""
    books = {"pitch": PITCHES, "duration": DURATIONS, "velocity": (64, 100)}
    codebooks = {name: tuple(map(float, book)) for name, book in books.items()}
    vocabulary = tiny_vocabulary.model_copy(
        update={"codebooks": tiny_vocabulary.codebooks | codebooks}
    )
    weights = initial_weights(tiny_shape, vocabulary, 0)
    inputs = random_inputs(train_songs, vocabulary, tiny_shape, weights, 0)
    return Model("tiny", tiny_shape, vocabulary, weights, *inputs)


def draw(model: Model, count: int, first_index: int = 0, **changes: Any) -> Drawn:
    """Draw samples with some fields of CONFIG changed."""
    return sample(model, CONFIG.copy_with(**changes), first_index, count)


def onsets(ids: Any) -> Any:
    """Return the onsets of samples [N, notes] in ticks; the first is 0, as in the piece."""
    intervals = INTERVALS[ids[..., 0]]
    intervals[:, 0] = 0
    return intervals.cumsum(axis=1)


def test_no_limit_is_broken_in_a_thousand_samples(model: Model) -> None:
    drawn = draw(model, 1024, **EVERY_LIMIT)
    sounding = PITCHES[drawn.ids[..., 1]] + 2
    assert set(sounding.ravel().tolist()) == {57, 59, 60, 62, 64, 65}
    begin = onsets(drawn.ids)
    bar = begin // THREE_FOUR
    new = np.diff(bar, axis=1)
    assert set(np.unique(new)) == {0, 1}  # no bar is stepped over
    assert (begin[:, 1:][new == 1] % THREE_FOUR == 0).all()  # and each begins with a note
    assert ((begin + DURATIONS[drawn.ids[..., 2]] - 1) // THREE_FOUR == bar).all()
    assert (drawn.facts["constraint_bits"] > 0).all()
    assert set(drawn.facts["sounding_key"]) == {"D dorian"}
    free = draw(model, 64).ids  # so the limits did make a difference
    assert len(set(free[..., 1].ravel().tolist())) == len(PITCHES)
    assert np.diff(onsets(free) // THREE_FOUR, axis=1).max() == 1
    assert (onsets(free)[:, 1:][np.diff(onsets(free) // THREE_FOUR) == 1] % THREE_FOUR).any()


def test_as_primed_keeps_to_the_key_of_the_primer(model: Model) -> None:
    drawn = draw(model, 1024, key="as primed", transpose=-3)
    found = set()
    for index in range(1024):
        primer = model.primers[primer_of(7, index, len(model.primers))]
        notes = decode(model.vocabulary, primer[primer[:, 0] < 4], 120.0)
        key = key_of_notes(notes).transposed(-3)
        assert drawn.facts["sounding_key"][index] == key.text
        sounding = PITCHES[drawn.ids[index, :, 1]] - 3
        assert {int(pitch) % 12 for pitch in sounding} <= key.pitch_classes
        found.add(key.text)
    assert len(found) > 3


def test_whatever_the_temperature_a_limit_holds(model: Model) -> None:
    for temperature in (1e-30, 4.0, "pitch=1e-30,interval=4"):
        drawn = draw(model, 64, temperature=temperature, **EVERY_LIMIT)
        assert set((PITCHES[drawn.ids[..., 1]] + 2).ravel().tolist()) <= {57, 59, 60, 62, 64, 65}


def test_the_loop_guard_yields_where_it_would_forbid_all_that_is_allowed(model: Model) -> None:
    limits = np.array([2, 2, 2, 2, 1, 1], np.int32)
    guarded = replace(model, loop_limits=limits)
    drawn = draw(guarded, 16, lowest=60, highest=60)
    assert (PITCHES[drawn.ids[..., 1]] == 60).all()


def test_limits_that_allow_everything_change_no_note_and_cost_nothing(model: Model) -> None:
    drawn = draw(model, 70, lowest=0, highest=127)
    np.testing.assert_array_equal(drawn.ids, draw(model, 70).ids)
    assert (drawn.facts["constraint_bits"] == 0).all()
    assert "constraint_bits" not in draw(model, 2).facts


def test_a_limited_sample_depends_on_its_index_alone(model: Model) -> None:
    limits = EVERY_LIMIT | {"key": "as primed"}
    together = draw(model, BATCH_ROWS + 6, **limits)
    apart = draw(model, 4, BATCH_ROWS - 2, **limits)
    rows = slice(BATCH_ROWS - 2, BATCH_ROWS + 2)
    np.testing.assert_array_equal(apart.ids, together.ids[rows])
    for name, column in apart.facts.items():
        np.testing.assert_array_equal(column, together.facts[name][rows])


def test_other_values_of_all_parameters_compile_nothing_anew(model: Model) -> None:
    changes: list[dict[str, Any]] = [
        EVERY_LIMIT,
        {"key": "as primed", "temperature": 0.3},
        {"metre": "6/8", "temperature": "pitch=2"},
        {"highest": 62},
        {"transpose": -20},
    ]
    network = network_of(model.shape, model.vocabulary)
    compiled = draw_window._compiled(network, Filters(top_k=False, top_p=False, min_p=False))
    draw(model, 1), draw(model, 1, lowest=0)  # without limits and with
    before = compiled.experimental_get_tracing_count()
    for change in changes:
        draw(model, 1, **change)
    assert compiled.experimental_get_tracing_count() == before


def test_the_cost_is_that_of_the_models_own_odds_for_the_ids_that_were_drawn(model: Model) -> None:
    """Against logits of the whole window at once, and sets that are worked out note by note."""
    drawn = draw(model, 8, notes=8, **EVERY_LIMIT)
    logits = window_logits(model, drawn.ids)
    for index, piece in enumerate(drawn.ids):
        lost, place = 0.0, None
        for w, note in enumerate(piece):
            sets = allowed_sets(place, INTERVALS[note[0]])
            for k, allowed in enumerate(sets):
                odds = tf.nn.softmax(logits[k][index, w]).numpy()
                lost -= np.log2(odds[allowed].sum())
                assert note[k] in allowed
            place = (0 if place is None else place + INTERVALS[note[0]]) % THREE_FOUR
        assert drawn.facts["constraint_bits"][index] == pytest.approx(lost / 8, abs=1e-4)


def allowed_sets(place: int | None, interval: int) -> tuple[list[int], list[int], list[int]]:
    """Return the ids that EVERY_LIMIT allows: intervals, pitches, and durations after `interval`.

    `place` is that of the note before, None before the first. Of these intervals and durations
    every multiple of 240 before the bar line leads on to it.
    """
    left = THREE_FOUR if place is None else THREE_FOUR - place
    intervals = [i for i, step in enumerate(INTERVALS) if place is None or step <= left]
    classes = key_of("D dorian").pitch_classes
    pitches = [i for i, p in enumerate(PITCHES + 2) if 57 <= p <= 65 and int(p) % 12 in classes]
    begin = 0 if place is None else (place + interval) % THREE_FOUR
    durations = [i for i, length in enumerate(DURATIONS) if begin + length <= THREE_FOUR]
    return intervals, pitches, durations


def window_logits(model: Model, ids: Any) -> list[Any]:
    """Return the logits [B, 8, size] of each attribute of the first window that was drawn."""
    network, window = network_of(model.shape, model.vocabulary), model.shape.window
    notes = np.zeros((len(ids), network.context + window, 4), np.int32)
    notes += np.asarray(model.vocabulary.sizes, np.int32)
    primers = [model.primers[primer_of(7, i, len(model.primers))] for i in range(len(ids))]
    notes[:, network.context - window : network.context] = primers
    notes[:, network.context :] = ids
    weights = tensors(model.weights, model.vocabulary)
    inputs = network.read(weights, tf.constant(notes))
    columns = [tf.constant(ids[..., k].astype(np.int32)) for k in range(4)]
    return [network.heads.logits(weights, k, inputs, columns[:k]) for k in range(3)]


def test_pitches_that_are_left_keep_their_odds(model: Model) -> None:
    """6,400 first notes of one primer against the exact probabilities, renormalised."""
    one_primer = replace(model, primers=model.primers[:1])
    drawn = draw(one_primer, 6400, notes=8, key="C major", lowest=58)
    left = [i for i, pitch in enumerate(PITCHES) if pitch >= 58 and pitch % 12 in (0, 2, 4, 5, 11)]
    ids = np.zeros((4, 8, 4), np.int16)
    ids[:, 0, 0] = range(4)  # each first interval, which the pitch depends on
    logits = window_logits(replace(model, primers=np.repeat(model.primers[:1], 4, 0)), ids)
    interval = tf.nn.softmax(logits[0][0, 0]).numpy()
    odds = tf.nn.softmax(logits[1][:, 0]).numpy()
    kept = np.zeros_like(odds)
    kept[:, left] = odds[:, left] / odds[:, left].sum(axis=1, keepdims=True)
    found = np.bincount(drawn.ids[:, 0, 1], minlength=12) / 6400
    np.testing.assert_allclose(found, interval @ kept, atol=5 * 0.5 / np.sqrt(6400))


def test_a_model_of_one_category_keeps_a_range(
    tiny_shape: NetworkShape, train_songs: SplitIds
) -> None:
    """The scheme song-max: pitches 0..6 by its maxima, of which the range leaves some."""
    vocabulary = song_max()
    ids = SplitIds(train_songs.ids[:, 1:2], train_songs.song_offsets)
    weights = initial_weights(tiny_shape, vocabulary, 0)
    inputs = random_inputs(ids, vocabulary, tiny_shape, weights, 0)
    model = Model("song-max", tiny_shape, vocabulary, weights, *inputs)
    drawn = draw(model, 64, lowest=40, highest=70)
    pitches = [decode(vocabulary, piece, 120.0).pitch for piece in drawn.ids]
    assert np.min(pitches) >= 40
    assert np.max(pitches) <= 70
    assert (drawn.facts["constraint_bits"] > 0).all()


def song_max() -> Vocabulary:
    books = {"duration_max": (1.0,), "pitch_max": (84.0,), "velocity_max": (100.0,)}
    attribute = {"name": "category", "size": 125}
    fields = {"scheme": "song-max", "attributes": [attribute], "codebooks": books}
    return Vocabulary.model_validate({**fields, "fitted_on": "test"})
