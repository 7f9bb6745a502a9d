"""Drift from the champion's corpus: what is recorded, what it is measured from, what is said."""

from pathlib import Path

import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.errors import ModelError
from nocturne.schemas.nights import CorpusProfile
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.nights.divergence import divergences
from nocturne.tasks.nights.drift import (
    corpus_profile,
    describe_drift,
    drift_between,
    read_model_corpus,
    record_champions_corpus,
    record_corpus,
    recorded_drift,
)
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import fill, ingest, prepare, report, songs
from tests.tasks.model.tiny_models import add_card, tiny_card

BOUND = 0.1


def grow(root: Root, folder: Path, count: int, workers: Workers) -> CorpusProfile:
    """Let the corpus have so many songs, prepared; return its profile."""
    config = IngestConfig(source=str(fill(folder, songs(count))), corpus="tunes", root=root.uri)
    dataset, _ = ingest(root, config, workers)
    report(root, "tunes", dataset)
    prepare(root, PrepareConfig(corpus="tunes", root=root.uri, min_song_notes=2))
    return corpus_profile(root, "tunes")


def test_a_corpus_is_recorded_once_and_measured_from_the_champions(
    root: Root, tmp_path: Path, workers: Workers
) -> None:
    small = grow(root, tmp_path / "songs", 12, workers)
    assert sum(small.distributions["notes per song"].values()) == 12
    assert sum(small.distributions["pitch"].values()) == small.notes == 240
    add_card(root, "tunes-1", corpus="tunes")
    first = record_corpus(root, "tunes-1", BOUND)
    assert (first.profile, first.drift) == (small, None)  # there is no champion yet
    promote(root, "tunes-1", "")

    large = grow(root, tmp_path / "songs", 20, workers)
    add_card(root, "tunes-2", corpus="tunes")
    drift = record_corpus(root, "tunes-2", BOUND).drift
    assert drift == drift_between(large, small, "tunes-1", BOUND)
    assert drift.by_feature == divergences(large, small)
    assert drift.overall == max(drift.by_feature.values()) > 0
    assert drift.widest == "pitch"
    promote(root, "tunes-2", "")
    assert record_corpus(root, "tunes-2", BOUND).drift == drift  # not measured from itself
    assert recorded_drift(root, "tunes-2") == drift
    assert recorded_drift(root, "tunes-3") is None


def test_the_corpus_of_a_champion_of_an_earlier_version_is_recorded_while_it_stands(
    root: Root, tmp_path: Path, workers: Workers
) -> None:
    profile = grow(root, tmp_path / "songs", 12, workers)
    fingerprint = load_dataset(root, "tunes", "factored").fingerprint
    for name, data in (("tunes-1", "another"), ("tunes-2", fingerprint)):
        card = tiny_card(name, "tunes").model_copy(update={"data_fingerprint": data})
        root.write_bytes(f"models/{name}/card.json", card.model_dump_json().encode())
        promote(root, name, "")
        record_champions_corpus(root, "tunes", "factored")
    assert read_model_corpus(root, "tunes-1") is None
    recorded = read_model_corpus(root, "tunes-2")
    assert recorded is not None
    assert (recorded.profile, recorded.drift) == (profile, None)
    record_champions_corpus(root, "unknown", "factored")  # does nothing


def test_a_damaged_record_is_one_line(root: Root) -> None:
    root.write_bytes("models/tunes-1/corpus.json", b"{")
    with pytest.raises(ModelError, match=r"corpus\.json is damaged: .*; delete it: the drift"):
        read_model_corpus(root, "tunes-1")
    assert recorded_drift(root, "tunes-1") is None


@pytest.mark.parametrize(("bound", "words"), [(0.5, "has not moved"), (0.49, "has moved")])
def test_the_drift_in_words(bound: float, words: str) -> None:
    counts = {"inputs": 2, "accepted": 2, "quarantined": 0, "duplicate": 0}
    fields = {"corpus": "tunes", "fingerprint": "f", "counts": counts, "notes": 4}
    ours, theirs = (
        CorpusProfile.model_validate({**fields, "distributions": {"tempo": tempo}})
        for tempo in (
            {"120": 1, "130": 1, "140": 1, "150": 1},
            {"120": 1, "130": 1, "0": 1, "1": 1},
        )
    )
    drift = drift_between(ours, theirs, "tunes-1", bound)
    assert drift.overall == 0.5
    assert describe_drift(drift) == (
        f"the corpus {words} beyond the bound: 0.500 bits from that of tunes-1 "
        f"(tempo; bound {bound:.3f})"
    )
