"""The train flow with a tiny network, on a throw-away Prefect server."""

import logging
from collections.abc import Iterator

import pytest

from nocturne.flows.train import train
from nocturne.schemas.config import PrepareConfig, TrainConfig
from nocturne.schemas.errors import CorpusError
from nocturne.tasks.corpus import build_sequences
from nocturne.tasks.model import promotion
from nocturne.tasks.model.evaluation.gate import Verdict
from nocturne.tasks.model.registry.champion import promote, read_champion
from nocturne.tasks.model.registry.models import known_models, read_card, read_metrics
from nocturne.tasks.storage.root import Root
from tests.flows.tiny_training import counted_loads, counted_opens, tiny_training
from tests.tasks.corpus.note_corpora import random_shards, write_corpus

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture(scope="module", autouse=True)
def tiny() -> Iterator[None]:
    with tiny_training():
        yield


@pytest.fixture
def config(root: Root) -> TrainConfig:
    """Return the config of a short training on the one prepared corpus."""
    write_corpus(root, random_shards(20))
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))
    return TrainConfig(root=root.uri, max_steps=2, batch=4)


def test_a_model_is_trained_evaluated_and_described_each_model_loaded_once(
    root: Root,
    config: TrainConfig,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with caplog.at_level(logging.INFO), counted_loads() as loads:
        with counted_opens() as opens:
            first = train(config)
        assert len(opens) == 2 + 5  # twice by the flow, once by each of its five tasks
        assert "corpus tunes: the only prepared corpus" in caplog.text
        assert "bits per note on held-out songs (n-gram composite" in caplog.text
        assert loads == {first.model_id: 1}
        assert not first.promoted and not first.reused
        assert read_champion(root, "tunes", "factored") is None
        metrics = read_metrics(root, first.model_id)
        assert metrics.bits_per_note == first.bits_per_note
        assert metrics.baseline_bits("composite") == first.composite_bits_per_note
        assert metrics.verdict == first.verdict
        page = root.read_bytes(f"models/{first.model_id}/report.html").decode()
        assert f"{first.bits_per_note:.2f}" in page
        assert root.exists("models/index.html")

        promote(root, first.model_id, "for the test")
        loads.clear()
        second = train(config.copy_with(init_from="champion", seed=1))
        assert read_card(root, second.model_id).config.init_from == first.model_id
        assert loads == {first.model_id: 1, second.model_id: 1}

        loads.clear()
        caplog.clear()
        assert train(config.copy_with(init_from=first.model_id, seed=1)).reused
        assert f"model {second.model_id} is already trained: reused" in caplog.text
        assert set(loads.values()) == {1}

        monkeypatch.setattr(promotion, "_decide", lambda *_: (Verdict(True, "it passes"), None))
        asking = config.copy_with(init_from=first.model_id, seed=1, promotion="ask")
        with monkeypatch.context() as terminal:
            terminal.setattr("nocturne.flows.train.has_lasting_server", lambda: False)
            left = train(asking)
        assert (left.candidate, left.promoted) == (True, False)
        by_hand = f"nocturne promote {second.model_id} makes it champion"
        assert left.verdict == f"not promoted: a person decides: {by_hand}; it passes"
        asked = train(asking.copy_with(answer_hours=1 / 3600))
        assert (asked.model_id, asked.candidate, asked.promoted) == (second.model_id, True, False)
        assert "there was no answer in time" in asked.verdict
        page = root.read_bytes(f"models/{second.model_id}/report.html").decode()
        assert "there was no answer in time" in page
    assert set(known_models(root)) == {first.model_id, second.model_id}


def test_an_unprepared_corpus_is_refused_before_anything_is_written(root: Root) -> None:
    with pytest.raises(CorpusError):
        train(TrainConfig(root=root.uri, corpus="nowhere"))
    assert not root.exists("models")
