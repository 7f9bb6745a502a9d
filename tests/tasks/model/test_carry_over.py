"""Weights carried over to another vocabulary: by id, by value, and as good as they were."""

import numpy as np
import pytest

from nocturne.schemas.config import TrainConfig
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.schemas.sequences import Attribute, SplitIds, Vocabulary
from nocturne.tasks.model import carry_over
from nocturne.tasks.model.network.network import initial_weights, network_of
from nocturne.tasks.model.network.trained_model import Model, unlimited
from nocturne.tasks.model.network.weights import Weights, id_axes
from nocturne.tasks.model.training.likelihood import evaluate
from nocturne.tasks.model.training.train import TrainingResult
from tests.tasks.model.model_for_tests import card

INTERVAL = "inter_onset_interval"
INTERVALS = (0.0, 230.0, 480.0, 500.0, 960.0, 1920.0)  # of 0, 240, 480 and 960
SOURCES = [0, 1, 2, 2, 3, 3]


def changed(vocabulary: Vocabulary, name: str, values: tuple[float, ...]) -> Vocabulary:
    """Return the vocabulary with other values of one attribute."""
    attributes = tuple(
        Attribute(name=one.name, size=len(values) if one.name == name else one.size)
        for one in vocabulary.attributes
    )
    books = {**vocabulary.codebooks, name: values}
    return vocabulary.model_copy(update={"attributes": attributes, "codebooks": books})


def test_every_weight_whose_shape_follows_from_a_number_of_ids_is_mapped(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> None:
    before = network_of(tiny_shape, tiny_vocabulary).weight_shapes()
    for attribute in tiny_vocabulary.names:
        size = tiny_vocabulary.size_of(attribute) + 3
        grown_vocabulary = changed(tiny_vocabulary, attribute, tuple(map(float, range(size))))
        after = network_of(tiny_shape, grown_vocabulary).weight_shapes()
        grown = {
            (name, (attribute, axis))
            for name, shape in after.items()
            for axis, length in enumerate(shape)
            if length != before[name][axis]
        }
        axes = id_axes(tiny_vocabulary)
        assert grown == {(name, known) for name, known in axes.items() if known[0] == attribute}


@pytest.mark.parametrize("scheme", ["factored", "song-max"])
def test_equal_codebooks_change_nothing(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary, scheme: str
) -> None:
    old = tiny_vocabulary.model_copy(update={"scheme": scheme})
    weights = initial_weights(tiny_shape, old, 3)
    new = old.model_copy(update={"fitted_on": "other songs"})
    carried = carry_over.carry_over(weights, old, new)
    assert list(carried) == list(weights)
    for name, value in weights.items():
        np.testing.assert_array_equal(carried[name], value, err_msg=name)
        assert carried[name].dtype == np.float32
    assert carry_over.describe_carry_over(old, new) == "all weights carried over"


def test_ids_take_after_the_nearest_value_and_share_its_probability(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> None:
    weights = initial_weights(tiny_shape, tiny_vocabulary, 3)
    new = changed(tiny_vocabulary, INTERVAL, INTERVALS)
    carried = carry_over.carry_over(weights, tiny_vocabulary, new)
    assert {n: v.shape for n, v in carried.items()} == network_of(tiny_shape, new).weight_shapes()
    embedded, head = f"embed/{INTERVAL}", f"head/{INTERVAL}"
    np.testing.assert_array_equal(carried[embedded][:-1], weights[embedded][SOURCES])
    np.testing.assert_array_equal(carried[embedded][-1], weights[embedded][-1])  # the start
    given = f"head/pitch/given/{INTERVAL}"
    np.testing.assert_array_equal(carried[given], weights[given][SOURCES])
    np.testing.assert_array_equal(carried[f"{head}/out"], weights[f"{head}/out"][:, SOURCES])
    shares = np.log([1, 1, 2, 2, 2, 2])
    expected = weights[f"{head}/out_bias"][SOURCES] - shares
    np.testing.assert_allclose(carried[f"{head}/out_bias"], expected, rtol=1e-6)
    untouched = set(weights) - {n for n, (name, _) in id_axes(new).items() if name == INTERVAL}
    assert all((carried[name] == weights[name]).all() for name in untouched)
    assert carry_over.describe_carry_over(tiny_vocabulary, new) == (
        "carried over whole: pitch, duration, velocity; by nearest value: inter_onset_interval "
        "(3 of 6 values new, 1 of 4 gone)"
    )


def test_fewer_ids_take_the_nearest_of_many(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> None:
    new = changed(tiny_vocabulary, INTERVAL, (0.0, 900.0))
    weights = initial_weights(tiny_shape, tiny_vocabulary, 3)
    carried = carry_over.carry_over(weights, tiny_vocabulary, new)
    name = f"head/{INTERVAL}/out"
    np.testing.assert_array_equal(carried[name], weights[name][:, [0, 3]])


def test_a_carried_model_predicts_the_new_ids_as_well_as_the_old(
    unbroken: TrainingResult,
    valid_songs: SplitIds,
    tiny_shape: NetworkShape,
    tiny_vocabulary: Vocabulary,
) -> None:
    new = changed(tiny_vocabulary, INTERVAL, (0.0, 200.0, 500.0, 600.0, 1000.0))
    ids = np.array(valid_songs.ids)
    ids[:, 0] = np.array([0, 1, 2, 4])[ids[:, 0]]
    songs = SplitIds(ids, valid_songs.song_offsets)

    def bits(weights: Weights) -> float:
        return evaluate(_model(tiny_shape, new, weights), songs).bits_per_note

    before = min(row["valid_bits"] for row in unbroken.history)
    carried = bits(carry_over.carry_over(unbroken.weights, tiny_vocabulary, new))
    fresh = bits(initial_weights(tiny_shape, new, 0))
    assert carried < before + 0.5  # one interval in three is shared by two ids: half a bit at most
    assert carried < fresh - 1.5


def test_what_cannot_be_carried_over_says_why(tiny_vocabulary: Vocabulary) -> None:
    config = TrainConfig()

    def why(new: Vocabulary, changes: dict[str, object], old: Vocabulary = tiny_vocabulary) -> str:
        return carry_over.misfit(card(), old, config.copy_with(**changes), new) or "fits"

    assert why(tiny_vocabulary, {}) == "fits"
    assert why(changed(tiny_vocabulary, INTERVAL, INTERVALS), {}) == "fits"
    assert why(tiny_vocabulary, {"preset": "medium"}) == "has the preset small, not medium"
    scheme = tiny_vocabulary.model_copy(update={"scheme": "song-max"})
    assert why(scheme, {}) == "has the category scheme factored, not song-max"
    fewer = tiny_vocabulary.model_copy(update={"attributes": tiny_vocabulary.attributes[:2]})
    assert why(fewer, {}) == (
        "predicts inter_onset_interval, pitch, duration, velocity, not inter_onset_interval, pitch"
    )
    sizes = changed(tiny_vocabulary, "pitch", (1.0, 2.0)).attributes
    valueless = tiny_vocabulary.model_copy(update={"attributes": sizes})
    assert "has 12 categories of pitch, not 2" in why(valueless, {})
    other = card(shape=PRESETS["small"].model_copy(update={"memory_notes": 64}))
    assert "another shape than today's preset small" in str(
        carry_over.misfit(other, tiny_vocabulary, config, tiny_vocabulary)
    )


def test_a_new_end_takes_next_to_nothing_from_any_note(
    unbroken: TrainingResult,
    valid_songs: SplitIds,
    tiny_shape: NetworkShape,
    tiny_vocabulary: Vocabulary,
) -> None:
    new = tiny_vocabulary.with_end()
    assert (tiny_vocabulary.ends, new.ends) == (False, True)
    carried = carry_over.carry_over(unbroken.weights, tiny_vocabulary, new)
    assert {n: v.shape for n, v in carried.items()} == network_of(tiny_shape, new).weight_shapes()
    before = min(row["valid_bits"] for row in unbroken.history)
    found = evaluate(_model(tiny_shape, new, carried), valid_songs)
    assert found.note_bits == pytest.approx(before, abs=1e-5)  # the very same notes
    songs, notes = len(valid_songs.song_offsets) - 1, len(valid_songs.ids)
    # An end is at most 0.01 / 4 likely: it costs 8.6 bits or more, a note 0.0037 at most.
    assert songs * 8.6 / notes < found.by_attribute["end"] < songs * 20 / notes + 0.0037
    assert carry_over.describe_carry_over(tiny_vocabulary, new) == (
        "all weights carried over; the end id is new"
    )
    back = carry_over.carry_over(carried, new, tiny_vocabulary)
    assert all((back[name] == value).all() for name, value in unbroken.weights.items())
    assert carry_over.describe_carry_over(new, tiny_vocabulary).endswith("the end id is left out")


def test_an_end_stays_as_it_is_while_other_ids_change(
    tiny_shape: NetworkShape, tiny_vocabulary: Vocabulary
) -> None:
    old = tiny_vocabulary.with_end()
    weights = initial_weights(tiny_shape, old, 3)
    weights[f"head/{INTERVAL}/out_bias"][:] = range(5)
    carried = carry_over.carry_over(weights, old, changed(old, INTERVAL, INTERVALS))
    expected = [0, 1, *(2 - np.log([2, 2])), *(3 - np.log([2, 2])), 4]
    np.testing.assert_allclose(carried[f"head/{INTERVAL}/out_bias"], expected, rtol=1e-6)
    out = f"head/{INTERVAL}/out"
    np.testing.assert_array_equal(carried[out], weights[out][:, [*SOURCES, 4]])


def _model(shape: NetworkShape, vocabulary: Vocabulary, weights: Weights) -> Model:
    state = np.zeros((1, 4 * shape.units), np.float32)
    primers = np.zeros((1, shape.window, 4), np.int16)
    return Model("m", shape, vocabulary, weights, primers, state[0], state, unlimited())
