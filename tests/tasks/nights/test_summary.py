"""The record of a night from what its stages returned, whatever came of it."""

from datetime import timedelta
from typing import Any

import pytest

from nocturne.schemas.errors import SourceError
from nocturne.schemas.manifest import FileChanges
from nocturne.schemas.model_card import TrainedModel
from nocturne.schemas.nights import CorpusProfile, Drift, FileCounts, ModelCorpus, NightOutcome
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.nights.summary import champion_id, failed_night, night_of
from nocturne.tasks.storage.layout import CORPUS_FILE, model_path
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card
from tests.tasks.nights.nights_for_tests import START, night
from tests.tasks.nights.test_run_facts import INGESTED, PREPARED, TRAINED

ENDED = START + timedelta(minutes=90)
FIGURES = {
    "bits_per_note": 2.25,
    "composite_bits_per_note": 3.0,
    "cache_bits_per_note": 2.75,
    "mean_overlap": 0.8,
    "repetition": 0.4,
    "repetition_held_out": 0.5,
}


def model(**changes: Any) -> TrainedModel:
    return TRAINED.model_copy(update={"reused": False, "promoted": False, **changes})


@pytest.fixture
def trained(root: Root) -> Root:
    """Return a root with a champion, tunes-small-0, and a new model, tunes-small-1."""
    for name, bits in (("tunes-small-0", 2.5), ("tunes-small-1", 2.25)):
        add_card(root, name, corpus="tunes")
        root.write_json(f"models/{name}/metrics.json", {**FIGURES, "bits_per_note": bits})
    promote(root, "tunes-small-0", "")
    return root


def test_a_night_has_what_its_stages_returned(trained: Root) -> None:
    begun = night(champion_before="tunes-small-0", ended=START)
    results = {"ingest": INGESTED, "prepare": PREPARED, "train": model(verdict="not\npromoted")}
    found = night_of(trained, begun, results, {"ingest": 1.5}, ENDED, 0.1)
    assert found.files == FileCounts(
        inputs=1200, accepted=1000, quarantined=150, duplicate=50, new=1200, reused=0
    )
    few = FileChanges(new=3, changed=2, reused=1195, removed=9)
    results["ingest"] = INGESTED.model_copy(update={"changes": few})
    files = night_of(trained, begun, results, {"ingest": 1.5}, ENDED, 0.1).files
    assert files is not None
    assert (files.new, files.reused) == (5, 1195)
    assert (found.songs, found.notes) == (PREPARED.songs, PREPARED.notes)
    assert (found.outcome, found.reason) == ("kept", "not promoted")
    assert (found.model_id, found.bits_per_note) == ("tunes-small-1", 2.25)
    assert (found.composite_bits_per_note, found.cache_bits_per_note) == (3.0, 2.75)
    assert found.sample_figures == {"mean_overlap": 0.8, "repetition": 0.4}
    assert found.held_out_figures == {"repetition": 0.5}
    assert (found.champion_before, found.champion_after) == ("tunes-small-0", "tunes-small-0")
    assert found.champion_bits_per_note == 2.5
    assert (found.seconds, found.total_seconds, found.drift) == ({"ingest": 1.5}, 5400, None)


def test_a_night_without_news_says_why_nothing_was_trained(trained: Root) -> None:
    begun = night(champion_before="tunes-small-0", ended=START)
    stays = model(model_id="tunes-small-0", reused=True, promoted=True, no_news="nothing\nnew")
    results = {"ingest": INGESTED, "prepare": PREPARED, "train": stays}
    found = night_of(trained, begun, results, {}, ENDED, 0.1)
    assert (found.outcome, found.reason) == ("no_news", "nothing new")
    assert found.champion_after == "tunes-small-0"


@pytest.mark.parametrize(
    ("result", "promoted", "outcome"),
    [
        (model(promoted=True), True, "promoted"),
        (model(), False, "kept"),
        (model(candidate=True), False, "candidate"),
        (model(model_id="tunes-small-0", reused=True, promoted=True), False, "no_news"),
        (model(reused=True), False, "no_news"),
        (model(reused=True), True, "promoted"),
    ],
)
def test_the_outcome_of_a_night(
    trained: Root, result: TrainedModel, promoted: bool, outcome: NightOutcome
) -> None:
    if promoted:
        promote(trained, "tunes-small-1", "better")
    begun = night(champion_before="tunes-small-0")
    found = night_of(trained, begun, {"train": result}, {}, ENDED, 0.1)
    assert found.outcome == outcome
    assert found.model_id == (None if outcome == "no_news" else "tunes-small-1")


def test_the_drift_is_that_measured_for_a_model_made_tonight(trained: Root) -> None:
    figures = {"pitch": 0.25}
    measured = Drift(model_id="tunes-small-0", by_feature=figures, overall=0.25, bound=0.2)
    profile = CorpusProfile(
        corpus="tunes", fingerprint="f", counts=INGESTED.counts, notes=8, distributions={}
    )
    recorded = ModelCorpus(profile=profile, drift=measured).model_dump(mode="json")
    trained.write_json(model_path("tunes-small-1", CORPUS_FILE), recorded)
    begun = night(champion_before="tunes-small-0")
    for result, expected in ((model(), measured), (model(reused=True), None)):
        found = night_of(trained, begun, {"train": result}, {}, ENDED, 0.1)
        assert found.drift == expected  # of another night: measured anew, here without a corpus


def test_a_night_without_news_says_why(trained: Root) -> None:
    begun, reused = night(champion_before="tunes-small-0"), model(reused=True, verdict="kept")
    for result, why in (
        (reused.model_copy(update={"no_news": "no song has changed"}), "no song has changed"),
        (reused, "kept"),
    ):
        found = night_of(trained, begun, {"train": result}, {}, ENDED, 0.1)
        assert (found.reason, found.bits_per_note, found.sample_figures) == (why, None, {})
        assert found.champion_bits_per_note == 2.5


def test_a_failed_night_has_what_it_reached_and_why_it_ended() -> None:
    begun = night(champion_before="tunes-small-0")
    found = failed_night(begun, {"ingest": INGESTED}, {}, ENDED, SourceError("no folder\n /srv"))
    assert (found.outcome, found.reason) == ("failed", "SourceError: no folder /srv")
    assert found.files is not None
    assert (found.songs, found.model_id) == ({}, None)
    assert (found.champion_after, found.ended) == ("tunes-small-0", ENDED)
    stopped = failed_night(begun, {}, {}, START - timedelta(seconds=5), KeyboardInterrupt())
    assert stopped.reason == "the run was stopped (KeyboardInterrupt)"
    assert failed_night(begun, {}, {}, ENDED, ValueError()).reason == "ValueError: no more is known"
    assert stopped.total_seconds == 0  # the clock was set back


def test_a_damaged_pointer_is_no_champion(trained: Root) -> None:
    trained.write_bytes("models/champions/tunes/factored.json", b"{")
    assert champion_id(trained, night()) is None
