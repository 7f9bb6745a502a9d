"""Which corpus a stage without a source takes where none is named."""

import pytest

from nocturne.schemas.config import PrepareConfig, TrainConfig
from nocturne.schemas.errors import CorpusError
from nocturne.tasks.corpus.corpus_choice import choose_ingested, choose_prepared
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.corpora_for_tests import prepare
from tests.tasks.corpus.note_corpora import random_shards, write_corpus


def test_the_only_corpus_is_meant(root: Root) -> None:
    write_corpus(root, random_shards(4), "mine")
    assert choose_ingested(root, PrepareConfig(root=root.uri)).corpus == "mine"
    assert choose_prepared(root, TrainConfig(root=root.uri)).corpus == "mine"


def test_of_several_one_has_to_be_named(root: Root) -> None:
    for name in ("mine", "folk"):
        write_corpus(root, random_shards(4), name)
    with pytest.raises(CorpusError, match=r"there are 2 under .*: add --corpus .* folk, mine$"):
        choose_ingested(root, PrepareConfig(root=root.uri))
    with pytest.raises(CorpusError, match=r"add --corpus with one of folk, mine$"):
        choose_prepared(root, TrainConfig(root=root.uri))
    named = PrepareConfig(root=root.uri, corpus="mine")
    assert choose_ingested(root, named) == named


def test_the_only_prepared_corpus_is_trained_on(root: Root) -> None:
    for name in ("mine", "folk"):
        write_corpus(root, random_shards(4), name)
    prepare(root, PrepareConfig(root=root.uri, corpus="mine"))
    assert choose_prepared(root, TrainConfig(root=root.uri)).corpus == "mine"
    with pytest.raises(CorpusError, match=r"folk, mine$"):
        choose_prepared(root, TrainConfig(root=root.uri, scheme="song-max"))


def test_without_any_corpus_it_says_what_to_run(root: Root) -> None:
    with pytest.raises(CorpusError, match=r"there is no corpus under .*: run `nocturne ingest"):
        choose_ingested(root, PrepareConfig(root=root.uri))
