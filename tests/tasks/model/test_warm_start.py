import pytest

from schemas.config import PrepareConfig, TrainConfig
from schemas.errors import CorpusError
from schemas.sequences import SequenceDataset
from tasks.model.champion import promote
from tasks.model.warm_start import start_of
from tasks.storage.root import Root
from tasks.storage.sequence_plan import plan_sequences
from tasks.storage.sequence_writing import fit_vocabulary, write_sequences
from tests.tasks.model.model_for_tests import card
from tests.tasks.storage.note_corpora import random_shards, write_corpus


@pytest.fixture
def config(root: Root) -> TrainConfig:
    return TrainConfig(root=root.uri, corpus="tunes")


@pytest.fixture
def dataset(root: Root) -> SequenceDataset:
    write_corpus(root, random_shards(5, 4))
    plan = plan_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))
    return write_sequences(root, plan, fit_vocabulary(root, plan))


def _crown(root: Root, vocabulary_id: str) -> None:
    known = card(model_id="old", corpus="tunes", vocabulary_id=vocabulary_id)
    root.write_bytes("models/old/card.json", known.model_dump_json().encode())
    promote(root, "old", "the first")


def test_the_champion_is_the_start_where_it_fits(
    root: Root, config: TrainConfig, dataset: SequenceDataset
) -> None:
    _crown(root, dataset.vocabulary_id)
    assert start_of(root, config) == ("old", "starts from the champion old")
    start, why = start_of(root, config.having(preset="medium"))
    assert (start, why) == (
        None,
        "starts from nothing: the champion old has the preset small, not medium",
    )


def test_another_vocabulary_is_a_start_from_nothing(
    root: Root, config: TrainConfig, dataset: SequenceDataset
) -> None:
    _crown(root, "elsewhere")
    expected = f"has the vocabulary elsewhere, not {dataset.vocabulary_id}"
    assert start_of(root, config) == (
        None,
        f"starts from nothing: the champion old {expected}",
    )


def test_without_a_champion_or_with_a_lost_one(root: Root, config: TrainConfig) -> None:
    assert start_of(root, config) == (None, "starts from nothing: there is no champion yet")
    _crown(root, "v")
    with pytest.raises(CorpusError):
        start_of(root, config)
    root.delete("models/old/card.json")
    assert start_of(root, config) == (None, "starts from nothing: the champion old is gone")


def test_a_start_that_is_asked_for_stands(root: Root, config: TrainConfig) -> None:
    asked = config.having(init_from="mine")
    assert start_of(root, asked) == ("mine", "starts from mine, as asked")
