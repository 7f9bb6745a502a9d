"""Tests of the real pieces in a page: held-out songs, as the model's categories have them."""

import json

import pytest

from nocturne.schemas.config import GenerateConfig, PrepareConfig, TrainConfig
from nocturne.schemas.samples import SampleRun
from nocturne.tasks.corpus import PreparedCorpus, build_sequences
from nocturne.tasks.pages.player.excerpts import MOST_EXCERPTS, held_out_excerpts
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.samples.runs_for_tests import card_of

CARD = card_of().model_copy(update={"corpus": "tunes", "config": TrainConfig(corpus="tunes")})


@pytest.fixture
def corpus(root: Root) -> PreparedCorpus:
    write_corpus(root, random_shards(30))
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes", max_codebook_drift=1))
    return PreparedCorpus(root, "tunes", "factored")


def run_of(corpus: PreparedCorpus, seed: int = 3) -> SampleRun:
    card = CARD.model_copy(update={"vocabulary_id": corpus.vocabulary.vocabulary_id})
    return plan_run(GenerateConfig(samples=2, seed=seed), card)


def test_excerpts_are_of_held_out_songs_and_as_long_as_samples(
    root: Root, corpus: PreparedCorpus
) -> None:
    held_out = corpus.song_ids("test")
    found = held_out_excerpts(root, CARD, run_of(corpus), notes=24)
    assert 0 < len(found) == min(len(held_out), MOST_EXCERPTS)
    assert {piece.song_id for piece in found} <= set(held_out)
    for piece in found:
        notes = json.loads(piece.notes)
        assert notes[0][0] == 0
        assert 12 < len(notes) <= 24  # notes of one pitch and onset are one
    assert found == held_out_excerpts(root, CARD, run_of(corpus), notes=24)
    assert found != held_out_excerpts(root, CARD, run_of(corpus, seed=4), notes=24)


def test_songs_that_are_too_short_are_no_match(root: Root, corpus: PreparedCorpus) -> None:
    assert held_out_excerpts(root, CARD, run_of(corpus), notes=200) == []


def test_there_are_none_without_the_corpus_or_with_other_categories(
    root: Root, corpus: PreparedCorpus
) -> None:
    other = run_of(corpus).model_copy(update={"vocabulary_id": "other"})
    assert held_out_excerpts(root, CARD, other, notes=24) == []
    root.delete("corpora/tunes")
    assert held_out_excerpts(root, CARD, run_of(corpus), notes=24) == []
