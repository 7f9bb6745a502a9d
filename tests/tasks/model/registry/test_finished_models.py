"""What has been learned already is found, and what does not load is not taken for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from nocturne.schemas.config import PrepareConfig, TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.tasks.corpus import build_sequences
from nocturne.tasks.model import build
from nocturne.tasks.model.network.precision import resolve_precision
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.finished_models import finished_model, learned_models
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.model.training.train import TrainingResult
from nocturne.tasks.model.warm_start import choose_warm_start
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import Shard, random_shards, write_corpus

SHARDS = random_shards(12)
PLAIN = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=0)  # quickly traced


@pytest.fixture(scope="module", autouse=True)
def tiny_preset() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "small", PLAIN)
        yield


@pytest.fixture
def config(root: Root) -> TrainConfig:
    return TrainConfig(root=root.uri, corpus="tunes", max_steps=2)


def prepared(root: Root, shards: list[Shard], fingerprint: str) -> None:
    """Ingest these songs from a source of that fingerprint, and prepare them if need be."""
    write_corpus(root, shards, fingerprint=fingerprint)
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))


def night(root: Root, config: TrainConfig) -> ModelCard | None:
    """Train as a retrain does; return the new model's card, None if there is nothing to learn."""
    if learned_models(root, config):
        return None
    return build.build_model(root, config.copy_with(init_from=choose_warm_start(root, config)[0]))


def untrained(*parts: Any) -> TrainingResult:
    """Stand in for a training: the first weights, as they are."""
    return TrainingResult(parts[-1], [], 0, 0.0, 0.0, "all 0 steps done")


def test_five_nights_of_unchanged_songs_make_one_model(root: Root, config: TrainConfig) -> None:
    made = []
    for number in range(5):
        prepared(root, SHARDS, f"touched {number} times")  # other times of change, the same bytes
        if card := night(root, config):
            made.append(card.model_id)
            promote(root, card.model_id, "passes")
    assert known_models(root) == made
    assert len(made) == 1
    prepared(root, random_shards(13), "one more song")
    more = night(root, config)
    assert more.config.init_from == made[0]
    assert night(root, config) is None  # though its champion, not itself, is what it started from
    assert learned_models(root, config.copy_with(seed=1)) == []


def test_of_models_that_learned_the_same_the_champion_is_found_else_the_newest(
    root: Root, config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "train", untrained)
    prepared(root, SHARDS, "first")
    first = build.build_model(root, config)
    second = build.build_model(root, config.copy_with(init_from=first.model_id))
    assert first.model_id != second.model_id
    assert learned_models(root, config)[0] == second
    promote(root, first.model_id, "passes")
    assert learned_models(root, config)[0] == first
    assert learned_models(root, resolve_precision(config))[0] == first
    root.write_bytes(f"models/{first.model_id}/weights.safetensors", b"half")
    assert finished_model(root, config) is None
    assert learned_models(root, config)[0] == second
    root.write_bytes(f"models/{second.model_id}/card.json", b"{")
    assert learned_models(root, config) == []
