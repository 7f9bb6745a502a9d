"""What a retrained model starts from, and why, in one line."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nocturne.schemas.config import PrepareConfig, TrainConfig
from nocturne.schemas.errors import CorpusError, ModelError
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus import PreparedCorpus, build_sequences
from nocturne.tasks.model.network.network import initial_weights, network_of
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.open_models import models_opened_once
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.model.warm_start import choose_warm_start, describe_warm_start, first_weights
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.model_for_tests import card

TINY = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=8)
Crown = Callable[..., None]


@pytest.fixture(autouse=True)
def tiny_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "small", TINY)


@pytest.fixture
def config(root: Root) -> TrainConfig:
    return TrainConfig(root=root.uri, corpus="tunes")


@pytest.fixture
def vocabulary(root: Root) -> Vocabulary:
    """The vocabulary of a prepared corpus."""
    write_corpus(root, random_shards(5, 4))
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))
    return PreparedCorpus(root, "tunes", "factored").vocabulary


@pytest.fixture
def crown(root: Root) -> Iterator[Crown]:
    """Make an untrained model of a vocabulary champion."""

    def crowned(vocabulary: Vocabulary, shape: NetworkShape = TINY) -> None:
        weights = initial_weights(shape, vocabulary, 7)
        states = np.zeros((1, 4 * shape.units), np.float32)
        primers = np.zeros((1, shape.window, 4), np.int16)
        model = Model("tunes-old", shape, vocabulary, weights, primers, states[0], states)
        save_model(root, model, card(corpus="tunes"), {})
        promote(root, "tunes-old", "the first")

    return crowned


def _moved(vocabulary: Vocabulary) -> Vocabulary:
    """Return the vocabulary with one duration a tick longer."""
    durations = vocabulary.codebooks["duration"]
    books = {**vocabulary.codebooks, "duration": (*durations[:-1], durations[-1] + 1)}
    return vocabulary.model_copy(update={"codebooks": books})


def test_the_champion_is_the_start_whatever_its_vocabulary_was_fitted_on(
    root: Root, config: TrainConfig, vocabulary: Vocabulary, crown: Crown
) -> None:
    crown(vocabulary.model_copy(update={"fitted_on": "touched files"}))
    assert choose_warm_start(root, config) == ("tunes-old", "starts from the champion tunes-old")
    warm = config.copy_with(init_from="tunes-old")
    assert describe_warm_start(root, warm) == "from tunes-old: all weights carried over"
    assert describe_warm_start(root, config) == ""
    first = first_weights(root, warm, TINY, vocabulary)
    expected = initial_weights(TINY, vocabulary, 7)
    assert all((first[name] == expected[name]).all() for name in expected)
    for _ in range(4):  # each load gives the weights in another order, and none may matter
        with models_opened_once():
            assert list(first_weights(root, warm, TINY, vocabulary)) == list(expected)


def test_changed_values_are_carried_over_and_told(
    root: Root, config: TrainConfig, vocabulary: Vocabulary, crown: Crown
) -> None:
    crown(_moved(vocabulary))
    assert choose_warm_start(root, config)[0] == "tunes-old"
    warm = config.copy_with(init_from="tunes-old")
    size = vocabulary.size_of("duration")
    assert describe_warm_start(root, warm) == (
        "from tunes-old: carried over whole: inter_onset_interval, pitch, velocity; by nearest "
        f"value: duration (1 of {size} values new, 1 of {size} gone)"
    )
    first = first_weights(root, warm, TINY, vocabulary)
    assert {n: v.shape for n, v in first.items()} == network_of(TINY, vocabulary).weight_shapes()


def test_a_champion_that_does_not_fit_is_a_start_from_nothing(
    root: Root, config: TrainConfig, vocabulary: Vocabulary, crown: Crown
) -> None:
    crown(vocabulary)
    other = config.copy_with(preset="medium")
    misfit = "has the preset small, not medium"
    why = f"starts from nothing: the champion tunes-old {misfit}"
    assert choose_warm_start(root, other) == (None, why)
    with pytest.raises(ModelError, match=f"cannot start from the model tunes-old: it {misfit}"):
        first_weights(root, other.copy_with(init_from="tunes-old"), PRESETS["medium"], vocabulary)
    crown(vocabulary, TINY.model_copy(update={"memory_notes": 0}))
    assert choose_warm_start(root, config) == (
        None,
        "starts from nothing: the champion tunes-old has a network of another shape than today's "
        "preset small",
    )


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("models/tunes-old/weights.safetensors", "tunes-old is damaged"),
        ("models/tunes-old/card.json", "damaged"),
        ("models/champions/tunes/factored.json", "damaged"),
    ],
)
def test_a_damaged_champion_is_a_start_from_nothing(
    root: Root,
    config: TrainConfig,
    vocabulary: Vocabulary,
    crown: Crown,
    path: str,
    said: str,
) -> None:
    crown(vocabulary)
    content = root.read_bytes(path)
    root.write_bytes(path, content[: len(content) // 2])
    start, why = choose_warm_start(root, config)
    assert start is None
    assert re.fullmatch(f"starts from nothing: .*{said}.*", why)


def test_without_a_champion_or_with_a_lost_one(
    root: Root, config: TrainConfig, crown: Crown, tiny_vocabulary: Vocabulary
) -> None:
    assert choose_warm_start(root, config) == (
        None,
        "starts from nothing: there is no champion yet",
    )
    crown(tiny_vocabulary)
    with pytest.raises(CorpusError):
        choose_warm_start(root, config)
    root.delete("models/tunes-old/card.json")
    gone = "starts from nothing: the champion tunes-old is gone"
    assert choose_warm_start(root, config) == (None, gone)


def test_a_start_that_is_asked_for_stands(root: Root, config: TrainConfig) -> None:
    asked = config.copy_with(init_from="mine")
    assert choose_warm_start(root, asked) == ("mine", "starts from mine, as asked")
