"""What a night trains: nothing without news, little on little news, all where that is to gain."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import PrepareConfig, RetrainConfig, TrainConfig
from nocturne.schemas.model_card import ModelCard
from nocturne.schemas.network_shape import PRESETS, NetworkShape
from nocturne.schemas.sequences import Vocabulary
from nocturne.tasks.corpus import PreparedCorpus, build_sequences
from nocturne.tasks.model.build import model_name
from nocturne.tasks.model.network.network import initial_weights
from nocturne.tasks.model.network.precision import resolve_precision
from nocturne.tasks.model.network.trained_model import Model
from nocturne.tasks.model.night_plan import plan_night
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.model.registry.learned_songs import learned_document
from nocturne.tasks.model.registry.models import read_card
from nocturne.tasks.model.registry.save_model import save_model
from nocturne.tasks.music.splits import split_songs
from nocturne.tasks.storage.layout import LEARNED_FILE, METRICS_FILE, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import song_id, write_corpus
from tests.tasks.model.model_for_tests import card
from tests.tasks.music.categories.songs import random_song

TINY = NetworkShape(units=8, window=8, embedding=8, head=8, memory_notes=8)
NOTES = 40
PATIENCE = "no better validation loss in 10 evaluations"
TIME = "time limit of 60 minutes reached"
PASSES = {
    "bits_per_note": 1.0,
    "composite_bits_per_note": 2.0,
    "degenerate_share": 0.0,
    "copied_share": 0.0,
    "verdict": "not promoted: it is worse",
}
Trained = Callable[..., str]


@pytest.fixture(autouse=True)
def tiny_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "small", TINY)


@pytest.fixture
def config(root: Root) -> RetrainConfig:
    grow(root, *range(12))
    return RetrainConfig(root=root.uri, corpus="tunes", batch=4, news_passes=20)


def grow(root: Root, *songs: int, **changes: Any) -> None:
    """Publish the songs of these numbers and prepare them, with codebooks that stand."""
    shard = sorted((song_id(number), random_song(number, NOTES)) for number in songs)
    write_corpus(root, [shard], fingerprint=str(songs))
    changes = {"max_codebook_drift": 1, **changes}
    build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes", **changes))


@pytest.fixture
def trained(root: Root) -> Iterator[Trained]:
    """Save an untrained model as if `config` had trained it; return its id."""
    days = iter(range(100))

    def save(config: TrainConfig, stopped: str = PATIENCE, **metrics: Any) -> str:
        name, corpus = model_name(root, config), PreparedCorpus(root, "tunes", "factored")
        weights = initial_weights(TINY, corpus.vocabulary, 7)
        states = np.zeros((1, 4 * TINY.units), np.float32)
        primers = np.zeros((1, TINY.window, 4), np.int16)
        model = Model(name, TINY, corpus.vocabulary, weights, primers, states[0], states)
        own: ModelCard = card(
            model_id=name,
            corpus="tunes",
            config=resolve_precision(config),
            stopped=stopped,
            created=datetime.now(UTC) + timedelta(days=next(days)),
            data_fingerprint=corpus.dataset.fingerprint,
        )
        learned = {LEARNED_FILE: learned_document(corpus.song_ids("train"))}
        save_model(root, model, own, learned)
        root.write_json(model_path(name, METRICS_FILE), {**PASSES, **metrics})
        return name

    return save


def cold(config: RetrainConfig) -> TrainConfig:
    return config.subset(TrainConfig)


def new_training_songs(root: Root, since: int) -> int:
    songs = PreparedCorpus(root, "tunes", "factored").song_ids("train")
    return len(set(songs) - {song_id(number) for number in range(since)})


def test_the_first_night_trains_from_nothing_on_all_songs(
    root: Root, config: RetrainConfig
) -> None:
    plan = plan_night(root, config)
    assert plan.config == cold(config)
    assert (plan.reason, plan.no_news) == ("starts from nothing: there is no champion yet", None)


def test_a_night_without_news_trains_nothing(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    champion = trained(cold(config))
    promote(root, champion, "the first")
    plan = plan_night(root, config)
    assert plan.no_news == champion
    assert plan.reason == (
        f"nothing new to learn: {champion} has learned from this data; {PATIENCE}"
    )
    assert plan_night(root, config.copy_with(max_minutes=5)).no_news == champion
    seed = plan_night(root, config.copy_with(seed=1))
    assert seed.no_news is None
    assert seed.reason.endswith("on all songs: other seed than it")
    assert seed.config == cold(config).copy_with(seed=1, init_from=champion)


def test_news_are_learned_in_steps_that_follow_from_their_notes(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    champion = trained(cold(config))
    promote(root, champion, "the first")
    grow(root, *range(16))
    new = new_training_songs(root, since=12)
    assert 0 < new < 5
    plan = plan_night(root, config)
    windows = new * 5  # of a song of 40 notes: the opening, and four that tile the rest
    steps = 20 * windows // 2
    assert plan.config == cold(config).copy_with(init_from=champion, new_share=0.5, max_steps=steps)
    assert plan.reason == (
        f"starts from the champion {champion}, {new} songs with {new * NOTES} notes new since: "
        f"{steps:,} steps, 50% of each batch new"
    )
    double = plan_night(root, config.copy_with(news_share=0.25))
    assert (double.config.max_steps, double.config.new_share) == (2 * steps, 0.25)
    assert plan_night(root, config.copy_with(max_steps=120)).config.max_steps == 120
    few_epochs = plan_night(root, config.copy_with(max_epochs=1))
    assert few_epochs.reason.endswith("on all songs: other max_epochs than it")
    least = plan_night(root, config.copy_with(news_passes=0.1))
    assert least.config.max_steps == 100


def test_the_night_after_news_were_learned_has_none(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    promote(root, trained(cold(config)), "the first")
    grow(root, *range(16))
    second = trained(plan_night(root, config).config, "all 150 steps done")
    after = plan_night(root, config)  # it was not promoted, and would not be tonight
    assert after.no_news == second
    wider = plan_night(root, config.copy_with(promotion_margin=1))
    assert wider.no_news is None  # another gate decides anew, on the model that is there
    assert model_name(root, wider.config) == second
    promote(root, second, "by hand")
    assert plan_night(root, config.copy_with(promotion_margin=1)).no_news == second


def test_a_model_without_a_verdict_is_not_passed_over(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    name = trained(cold(config), verdict=None)
    plan = plan_night(root, config)
    assert (plan.no_news, plan.config) == (None, cold(config))
    assert model_name(root, plan.config) == name


def test_only_held_out_songs_are_no_news(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    champion = trained(cold(config))
    promote(root, champion, "the first")
    splits = split_songs([song_id(number) for number in range(12, 200)], 0.1, 0.1)
    held_out = [n for n in range(12, 200) if splits[song_id(n)] != "train"][:2]
    grow(root, *range(12), *held_out)
    corpus = PreparedCorpus(root, "tunes", "factored")
    assert corpus.dataset.new_songs == 2
    plan = plan_night(root, config)
    assert plan.no_news == champion
    assert plan.reason == (
        f"nothing new to learn: {champion} has learned every training song there is"
    )


def test_a_training_that_time_cut_short_is_gone_on_with(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    first = trained(cold(config), TIME)
    promote(root, first, "the first")
    plan = plan_night(root, config)
    assert plan.config == cold(config).copy_with(init_from=first)
    assert plan.reason == f"goes on from {first}: {TIME}"
    second = trained(plan.config, TIME)
    assert plan_night(root, config).config.init_from == second
    third = trained(plan_night(root, config).config)
    assert plan_night(root, config).no_news == third
    grow(root, *range(16))
    plan = plan_night(root, config)
    assert (plan.config.init_from, plan.config.new_share) == (first, None)
    assert plan.reason.endswith(f"on all songs: its {TIME}")


def test_codebooks_fitted_anew_are_learned_on_all_songs(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    champion = trained(cold(config))
    promote(root, champion, "the first")
    grow(root, *range(40), max_codebook_drift=0)
    plan = plan_night(root, config)
    assert plan.config == cold(config).copy_with(init_from=champion)
    assert plan.reason == (
        f"starts from the champion {champion}, on all songs: the codebooks were fitted anew"
    )


def test_a_champion_that_does_not_say_what_it_learned_is_trained_on_all_songs(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    champion = trained(cold(config))
    promote(root, champion, "the first")
    grow(root, *range(16))
    for harm in (lambda path: root.write_bytes(path, b"half"), root.delete):
        harm(model_path(champion, LEARNED_FILE))
        plan = plan_night(root, config)
        assert plan.config == cold(config).copy_with(init_from=champion)
        assert plan.reason.endswith("on all songs: those that it has learned are not recorded")


def test_a_start_that_the_config_names_stands(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    name = trained(cold(config))
    asked = config.copy_with(init_from=name)
    plan = plan_night(root, asked)
    assert (plan.config, plan.no_news) == (cold(asked), None)
    assert plan.reason == f"starts from {name}, as asked"
    assert plan_night(root, config.copy_with(init_from="champion")).no_news == name


def test_a_moved_root_is_planned_with_todays_place(
    root: Root, config: RetrainConfig, trained: Trained
) -> None:
    name = trained(cold(config), verdict=None)
    content = json.loads(root.read_bytes(model_path(name, "card.json")))
    content["config"]["root"] = "/elsewhere"
    root.write_json(model_path(name, "card.json"), content)
    assert read_card(root, name).config.root == "/elsewhere"
    assert plan_night(root, config).config.root == root.uri


def test_where_songs_end_is_learned_on_all_songs(
    root: Root, config: RetrainConfig, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:  # the champion is of a vocabulary without an end
        patch.setattr(Vocabulary, "with_end", lambda vocabulary: vocabulary)
        patch.setattr("nocturne.tasks.music.categories.factored.ENDS_SINCE", 1)
        grow(root, *range(11), max_codebook_drift=0)
        champion = trained(cold(config))
        promote(root, champion, "the first")
    grow(root, *range(12))
    plan = plan_night(root, config)
    assert plan.config == cold(config).copy_with(init_from=champion)
    assert plan.reason == (
        f"starts from the champion {champion}, on all songs: where songs end is new to it"
    )
