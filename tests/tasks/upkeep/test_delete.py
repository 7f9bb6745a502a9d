"""What a person names is deleted, unless it is in use; the message says by what."""

import pytest

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.errors import BusyError, CorpusError, ModelError, SamplesError
from nocturne.tasks.corpus import build_sequences
from nocturne.tasks.corpus.notes.note_marker import known_corpora
from nocturne.tasks.model.registry.champion import all_champions, promote
from nocturne.tasks.model.registry.models import known_models
from nocturne.tasks.storage.locking.locks import corpus_writer, model_writer, run_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.delete import delete_named_corpus, delete_named_model, delete_named_run
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import add_card, add_model
from tests.tasks.samples.runs_for_tests import write_run


def test_a_model_goes_unless_a_champion_or_roll_back_needs_it(root: Root) -> None:
    for name in ("a", "b", "c"):
        add_model(root, name)
        promote(root, name, "")
    for name, use in (("c", "is the champion of"), ("b", "a roll-back goes to, of")):
        with pytest.raises(ModelError, match=rf"model {name} stays: it .*{use} folk \(factored\)"):
            delete_named_model(root, name)
    assert (
        delete_named_model(root, "a", dry_run=True).removed == delete_named_model(root, "a").removed
    )
    assert known_models(root) == ["b", "c"]
    with pytest.raises(ModelError, match="no model a under"):
        delete_named_model(root, "a")
    with pytest.raises(ModelError, match="no model champions under"):
        delete_named_model(root, "champions")


def test_a_dry_run_deletes_nothing(root: Root) -> None:
    add_card(root, "a")
    report = delete_named_model(root, "a", dry_run=True)
    assert (report.dry_run, report.files) == (True, 1)
    assert known_models(root) == ["a"]


def test_a_model_that_is_played_stays(root: Root) -> None:
    add_card(root, "a")
    with run_writer(root, "r", "a"), pytest.raises(BusyError, match="generation of r"):
        delete_named_model(root, "a")


def test_a_damaged_model_goes(root: Root) -> None:
    root.write_bytes("models/a/card.json", b"{")
    delete_named_model(root, "a")
    assert not root.exists("models/a")


def test_a_run_goes_unless_it_is_written(root: Root) -> None:
    made = write_run(root, 1, audio=False)
    with run_writer(root, made.run_id, "m"), pytest.raises(BusyError, match=f"of {made.run_id}"):
        delete_named_run(root, made.run_id)
    assert delete_named_run(root, made.run_id).files > 3
    assert root.folders("samples") == []
    assert b"No samples yet" in root.read_bytes("samples/index.html")
    with pytest.raises(SamplesError, match="nocturne runs lists them"):
        delete_named_run(root, made.run_id)


@pytest.fixture
def songs(root: Root) -> Root:
    """Return a root with a prepared corpus, a model of it and a record of a night."""
    write_corpus(root, random_shards(40), "songs")
    write_corpus(root, random_shards(3), "others")
    build_sequences(root, PrepareConfig(root=root.uri, corpus="songs"))
    add_card(root, "m", corpus="songs")
    root.write_bytes("nights/songs/n.json", b"{}")
    return root


def test_a_corpus_goes_whole_and_its_nights_stay(songs: Root) -> None:
    trained = model_writer(songs, "n", ("corpora/songs",))
    with trained, pytest.raises(BusyError, match="training of model n"):
        delete_named_corpus(songs, "songs")
    prepared = corpus_writer(songs, "songs", "prepare")
    with prepared, pytest.raises(BusyError, match="prepare of corpus songs"):
        delete_named_corpus(songs, "songs")
    expected = {p for p in _paths(songs) if "/songs/" in p and not p.startswith("nights")}
    report = delete_named_corpus(songs, "songs")
    assert report.files == len(expected)
    assert not expected & _paths(songs)
    assert known_corpora(songs) == ["others"]
    assert known_models(songs) == ["m"]
    assert songs.exists("nights/songs/n.json")
    with pytest.raises(CorpusError, match="nocturne corpora lists them"):
        delete_named_corpus(songs, "songs")


def test_a_corpus_with_a_champion_stays_unless_its_models_go_too(songs: Root) -> None:
    promote(songs, "m", "")
    with pytest.raises(CorpusError, match=r"songs stays: its champion m \(factored\)"):
        delete_named_corpus(songs, "songs")
    report = delete_named_corpus(songs, "songs", with_models=True)
    assert [(one.kind, one.name) for one in report.removed] == [("model", "m"), ("corpus", "songs")]
    assert (known_models(songs), all_champions(songs)) == ([], ([], []))


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_a_deletion_that_was_killed_can_be_done_again(
    steps: int, songs: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, calls = Root.delete, []

    def killed(self: Root, path: str) -> None:
        calls.append(path)
        if len(calls) > steps:
            raise KeyboardInterrupt
        delete(self, path)

    with monkeypatch.context() as patch:
        patch.setattr(Root, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            delete_named_corpus(songs, "songs")
    assert calls[:2] == ["corpora/songs/sequences-factored.json", "corpora/songs/notes.json"]
    assert ("songs" in known_corpora(songs)) == (steps < 2)
    delete_named_corpus(songs, "songs")
    assert known_corpora(songs) == ["others"]


def _paths(root: Root) -> set[str]:
    start = len(root.base) + 1
    return {info.path[start:] for info in root.all_files("")}
