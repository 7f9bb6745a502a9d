"""An upgrade keeps the storage root: what version 0.1 wrote is read."""

from pathlib import Path

import numpy as np
import pytest

from nocturne.flows.cli.root_commands.models import list_models
from nocturne.schemas.config import GenerateConfig, TrainConfig
from nocturne.schemas.errors import SamplesError
from nocturne.tasks.corpus.corpus_choice import choose_prepared
from nocturne.tasks.corpus.notes.note_marker import known_corpora, note_dataset
from nocturne.tasks.corpus.notes.read_notes import accepted_songs, songs_of_shard
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.model.registry.champion import read_champion
from nocturne.tasks.model.registry.lookup import find
from nocturne.tasks.model.registry.models import read_card, read_metrics
from nocturne.tasks.model.registry.open_models import load_model
from nocturne.tasks.samples.check import read_run
from nocturne.tasks.samples.extension import run_to_extend
from nocturne.tasks.samples.identity import plan_run
from nocturne.tasks.storage.layout import RUN_FILE
from nocturne.tasks.storage.root import Root
from tests.tasks import root_of_version_0_1 as old


@pytest.fixture
def upgraded(tmp_path: Path) -> Root:
    """Return a root that version 0.1 has written."""
    old.write_root(tmp_path / "root")
    return Root.open(str(tmp_path / "root"), create=False)


def test_its_notes_are_read(upgraded: Root) -> None:
    assert known_corpora(upgraded) == [old.CORPUS]
    assert note_dataset(upgraded, old.CORPUS).notes == 4 * old.NOTES
    assert len(accepted_songs(upgraded, old.CORPUS, 1)) == 4
    (first, notes), *_ = songs_of_shard(upgraded, old.CORPUS, "shard-00000.parquet")
    assert (first, len(notes)) == ("a" * 32, old.NOTES)
    assert notes.pitch[:8].tolist() == [60, 61, 62, 63, 64, 65, 66, 60]


def test_its_sequences_are_read(upgraded: Root) -> None:
    chosen = choose_prepared(upgraded, TrainConfig(root=upgraded.uri))
    corpus = PreparedCorpus(upgraded, chosen.corpus, "factored")
    assert corpus.dataset.songs == {"train": 2, "valid": 1, "test": 1}
    assert corpus.vocabulary.vocabulary_id == old.VOCABULARY_ID
    train = corpus.split("train")
    assert train.ids.shape == (2 * old.NOTES, 4)
    assert train.ids[:4, 1].tolist() == [0, 1, 2, 3]


def test_its_model_loads_and_is_champion(upgraded: Root) -> None:
    champion = read_champion(upgraded, old.CORPUS, "factored")
    assert champion is not None
    assert champion.model_id == old.MODEL
    assert find(upgraded, "champion").model_id == old.MODEL
    model = load_model(upgraded, old.MODEL)
    for name, value in old.weights().items():
        np.testing.assert_array_equal(model.weights[name], value)
    assert read_metrics(upgraded, old.MODEL)
    (row,) = list_models(upgraded.uri).rows
    assert row[:4] == [old.MODEL, "champion", "7.92", "6.15"]


def test_the_marker_of_its_samples_is_read(upgraded: Root) -> None:
    run = read_run(upgraded, old.RUN, RUN_FILE)
    assert run is not None
    assert (run.model_id, run.vocabulary_id) == (old.MODEL, old.VOCABULARY_ID)
    assert run.config == GenerateConfig.model_validate(old.GENERATE_CONFIG)


def test_the_same_request_makes_another_run_as_midi_files_say_more(upgraded: Root) -> None:
    card = read_card(upgraded, old.MODEL)
    request = GenerateConfig.model_validate(old.GENERATE_CONFIG)
    run = plan_run(request, card)
    assert run.run_id != old.RUN
    assert run.run_id.rpartition("-")[0] == old.RUN.rpartition("-")[0]  # model and seed
    with pytest.raises(SamplesError, match="or by another version: start a new run"):
        run_to_extend(upgraded, request.copy_with(run=old.RUN, more=1), card)
