"""From a prepared corpus to an evaluated model that may become champion."""

import json
import resource
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.config import PrepareConfig, SamplingConfig, TrainConfig
from nocturne.schemas.errors import CorpusError, ModelError, ResourceError, StorageError
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import NetworkShape
from nocturne.tasks.corpus import PreparedCorpus, build_sequences
from nocturne.tasks.model import build
from nocturne.tasks.model.evaluation import drawn_samples, evaluate
from nocturne.tasks.model.evaluation.compare import bits_on, held_out_songs
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.promotion import consider
from nocturne.tasks.model.registry.champion import promote, read_champion
from nocturne.tasks.model.registry.finished_models import finished_model
from nocturne.tasks.model.registry.learned_songs import learned_songs
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.model.sampling.drawn import Drawn
from nocturne.tasks.model.sampling.starts import primer_of
from nocturne.tasks.model.training import memory_estimate
from nocturne.tasks.model.warm_start import resolve_warm_start
from nocturne.tasks.pages.model_report.publish import write_report
from nocturne.tasks.storage.layout import CHECKPOINT_FILE, METRICS_FILE, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.corpus.test_ingest_no_space import largest_file

TINY = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=8)
PASSES = {
    "bits_per_note": 1.0,
    "composite_bits_per_note": 2.0,
    "degenerate_share": 0.0,
    "copied_share": 0.0,
}


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(build.PRESETS, "small", TINY)
        patch.setattr(drawn_samples, "SAMPLES", 4)
        patch.setattr(drawn_samples, "SAMPLE_NOTES", 16)
        yield patch


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, patched: pytest.MonkeyPatch) -> Root:
    """Return a root with one prepared corpus."""
    root = Root.open(str(tmp_path_factory.mktemp("build")))
    write_corpus(root, random_shards(20))
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))
    return root


@pytest.fixture(scope="module")
def config(place: Root) -> TrainConfig:
    return TrainConfig(root=place.uri, corpus="tunes", max_epochs=1)


@pytest.fixture(scope="module")
def card(place: Root, config: TrainConfig) -> ModelCard:
    return build.build_model(place, config)


def test_the_card_says_what_was_trained_on_what(place: Root, card: ModelCard) -> None:
    assert card == read_card(place, card.model_id)
    assert card.model_id.startswith("tunes-small-")
    assert sum(card.songs.values()) == 20
    assert card.parameters == sum(w.size for w in load_model(place, card.model_id).weights.values())
    assert card.stopped == "all 1 epochs done"
    assert place.read_json(f"models/{card.model_id}/history.json")[-1]["step"] == card.steps
    learned = learned_songs(place, card.model_id)
    assert learned == set(PreparedCorpus(place, "tunes", "factored").song_ids("train"))
    assert len(learned or ()) == card.songs["train"]


def test_a_finished_model_is_found_by_its_config(
    place: Root, config: TrainConfig, card: ModelCard
) -> None:
    assert finished_model(place, config) == card
    assert finished_model(place, config.copy_with(checkpoint_minutes=9.0)) == card
    assert finished_model(place, config.copy_with(seed=1)) is None
    assert finished_model(place, config.copy_with(precision=card.config.precision)) == card
    other = "mixed" if card.config.precision == "float32" else "float32"
    assert finished_model(place, config.copy_with(precision=other)) is None
    checkpoints = Path(place.base, ".cache/checkpoints", card.model_id)
    assert not list(checkpoints.iterdir())  # nothing is left to go on from


def test_a_warm_start_is_named_by_id_and_must_fit(
    place: Root, config: TrainConfig, card: ModelCard
) -> None:
    warm = resolve_warm_start(place, config.copy_with(init_from="latest"))
    assert warm.init_from == card.model_id
    with pytest.raises(ModelError, match=r"cannot start from the model .* has the preset small"):
        build.build_model(place, warm.copy_with(preset="medium"))
    with pytest.raises(CorpusError, match="nope"):
        build.build_model(place, config.copy_with(corpus="nope"))


def test_metrics_hold_model_and_rivals_on_the_same_songs(place: Root, card: ModelCard) -> None:
    metrics = evaluate.evaluate_model(place, card.model_id).flat()
    assert metrics == json.loads(place.read_bytes(model_path(card.model_id, METRICS_FILE)))
    assert metrics["samples"] == 4
    samples = drawn_samples.evaluated_samples(place, card.model_id)
    assert (samples.shape, samples.dtype) == ((4, 16, 4), np.int16)
    assert metrics["baselines"].keys() >= {"uniform", "unigram", "bigram", "composite", "cache"}
    by_attribute = metrics["by_attribute"].values()
    assert metrics["bits_per_note"] == pytest.approx(sum(by_attribute))
    assert {"repetition", "mean_overlap", "degenerate_share", "originality"} <= metrics.keys()
    assert 0 <= metrics["uptake"] <= 1 >= metrics["uptake_held_out"] >= 0


def test_a_model_is_evaluated_again_where_what_was_measured_is_not_whole(
    place: Root, card: ModelCard
) -> None:
    path, samples = (
        model_path(card.model_id, METRICS_FILE),
        f"models/{card.model_id}/judged.safetensors",
    )
    whole, drawn = place.read_bytes(path), place.read_bytes(samples)
    metrics = evaluate.complete_metrics(place, card.model_id)
    assert metrics is not None
    assert metrics.weights_sha256 == card.weights_sha256
    for content in (
        whole[:99],
        b"",
        json.dumps({**metrics.flat(), "weights_sha256": "of others"}).encode(),
        json.dumps({**metrics.flat(), "copied_share": None}).encode(),
    ):
        place.write_bytes(path, content)
        assert evaluate.complete_metrics(place, card.model_id) is None
    place.write_bytes(path, whole)
    for content in (drawn[:99], b""):
        place.write_bytes(samples, content)
        assert evaluate.complete_metrics(place, card.model_id) is None
        with pytest.raises(ModelError, match=r"judged\.safetensors is damaged: .*then only"):
            drawn_samples.evaluated_samples(place, card.model_id)
    place.delete(samples)
    assert evaluate.complete_metrics(place, card.model_id) is None
    place.write_bytes(samples, drawn)
    assert evaluate.complete_metrics(place, card.model_id) == metrics


def test_uptake_is_that_of_the_primer_which_each_sample_continues(
    place: Root, card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echo(model: Model, config: SamplingConfig, first: int, count: int) -> Drawn:
        assert (config.seed, first) == (drawn_samples.EVALUATION_SEED, 0)
        chosen = [primer_of(config.seed or 0, index, len(model.primers)) for index in range(count)]
        ids = np.tile(model.primers[chosen], (1, 2, 1))[:, : config.notes]
        return Drawn(ids, np.full(count, config.notes))

    monkeypatch.setattr(drawn_samples, "sample", echo)
    test = evaluate.load_splits(place, card.config)["test"]
    uptake = drawn_samples.measure_uptake(load_model(place, card.model_id), test)
    assert uptake is not None
    assert 0.4 < uptake[0] <= 1  # all but the windows across the seams
    assert uptake[1] < 0.1  # random songs do not repeat


def test_songs_without_room_for_a_primer_have_no_uptake(place: Root, card: ModelCard) -> None:
    test = evaluate.load_splits(place, card.config)["test"]
    model = load_model(place, card.model_id)
    wide = replace(model, shape=model.shape.model_copy(update={"window": 10_000}))
    assert drawn_samples.measure_uptake(wide, test) is None


def test_the_report_is_written_and_told(place: Root, card: ModelCard) -> None:
    text = write_report(place, card.model_id)
    assert card.model_id in text
    page = place.read_bytes(f"models/{card.model_id}/report.html").decode()
    assert page.count("data:image/png;base64") >= 3


def test_a_model_is_no_worse_than_itself(place: Root, card: ModelCard) -> None:
    songs = held_out_songs(place, "tunes", "factored")
    assert len(songs) == card.songs["test"]
    assert bits_on(place, card.model_id, songs) == bits_on(place, card.model_id, songs) > 0
    assert held_out_songs(place, "tunes", "song-max") == []
    ids = PreparedCorpus(place, "tunes", "factored").song_ids("test")
    assert len(held_out_songs(place, "tunes", "factored", ids[:1])) == len(songs) - 1
    assert held_out_songs(place, "tunes", "factored", ids) == []
    assert np.isnan(bits_on(place, card.model_id, []))


def test_promotion_follows_the_gate_and_says_why(
    place: Root, config: TrainConfig, card: ModelCard
) -> None:
    path = model_path(card.model_id, METRICS_FILE)
    place.write_json(path, {**PASSES, "bits_per_note": 3.0})
    refused = consider(place, card.model_id)
    assert not refused.promoted
    assert "do not beat the composite" in read_metrics(place, card.model_id).verdict
    assert read_champion(place, "tunes", "factored") is None
    place.write_json(path, PASSES)
    assert consider(place, card.model_id).newly
    assert read_champion(place, "tunes", "factored").model_id == card.model_id
    assert not consider(place, card.model_id).newly  # it is champion already


def test_a_worse_candidate_does_not_replace_the_champion(
    place: Root, config: TrainConfig, card: ModelCard
) -> None:
    promote(place, card.model_id, "for the test")
    slow = build.build_model(place, config.copy_with(learning_rate=1e-6, seed=5))
    place.write_json(model_path(slow.model_id, METRICS_FILE), PASSES)
    verdict = consider(place, slow.model_id)
    assert not verdict.promoted
    assert f"of {card.model_id}, the best champion so far" in verdict.reason
    assert read_champion(place, "tunes", "factored").model_id == card.model_id
    few = consider(place, slow.model_id, margin_bits=100, min_test_songs=100)
    assert "test songs are too few" in few.reason
    assert consider(place, slow.model_id, margin_bits=100).newly  # as far as a margin says


def test_training_on_a_disk_that_fills_up_goes_on_once_there_is_space(
    place: Root, config: TrainConfig
) -> None:
    config = config.copy_with(seed=9, max_epochs=4, checkpoint_minutes=1e-9)
    expected = build.build_model(place, config)
    folder = Path(place.base, "models", expected.model_id)
    weights = (folder / "weights.safetensors").read_bytes()
    shutil.rmtree(folder)
    steps: list[float] = []

    def fills_up(done: float, _total: float) -> None:
        steps.append(done)
        if done == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(StorageError, match=r"cannot write the checkpoint .* free space"):
            build.build_model(place, config, fills_up)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert steps == [1, 2]
    checkpoints = Path(place.base, ".cache/checkpoints", expected.model_id)
    assert [path.name for path in checkpoints.iterdir()] == [CHECKPOINT_FILE]
    with largest_file(len(weights) - 1), pytest.raises(StorageError, match="cannot write"):
        build.build_model(place, config.copy_with(checkpoint_minutes=60))
    assert not list(Path(place.base).rglob("*.part"))
    assert not list(folder.glob(".tmp-*"))
    assert finished_model(place, config) is None
    build.build_model(place, config, lambda done, _total: steps.append(done))
    assert steps[2] == 2  # the step after the last checkpoint
    assert (folder / "weights.safetensors").read_bytes() == weights


def test_a_batch_beyond_memory_is_refused_before_anything_is_written(
    place: Root, config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meminfo").write_text("MemAvailable: 900000 kB\n")
    monkeypatch.setattr(memory_estimate, "MEMINFO", tmp_path / "meminfo")
    config = config.copy_with(seed=10, batch=4096)
    with pytest.raises(ResourceError, match="cannot train: a batch of 4,096 windows"):
        build.build_model(place, config, lambda *_: pytest.fail("a step was taken"))
    assert not Path(place.base, "models", build.model_name(place, config)).exists()
