"""The two stages of a corpus as functions, from a folder of MIDI files to arrays."""

import textwrap
from pathlib import Path

import numpy as np
import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.errors import BusyError
from nocturne.tasks import corpus
from nocturne.tasks.corpus import PreparedCorpus, build_notes, build_sequences
from nocturne.tasks.corpus.notes import extraction_pool
from nocturne.tasks.storage.locking.locks import corpus_writer
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.corpora_for_tests import fill, songs


@pytest.fixture
def config(root: Root, tmp_path: Path) -> IngestConfig:
    source = fill(tmp_path / "midi", songs(12))
    return IngestConfig(root=root.uri, corpus="tunes", source=str(source), shard_files=5, workers=1)


def test_notes_are_built_once_and_then_reused(root: Root, config: IngestConfig) -> None:
    progress: list[tuple[float, float]] = []
    dataset = build_notes(root, config, lambda *step: progress.append(step))
    assert (dataset.counts.inputs, dataset.counts.accepted) == (12, 12)
    assert progress == [(1, 3), (2, 3), (3, 3)]
    assert not extraction_pool._shared  # the worker processes are stopped
    assert build_notes(root, config, lambda *step: progress.append(step)) == dataset
    assert len(progress) == 3


def test_sequences_are_built_once_and_then_reused(root: Root, config: IngestConfig) -> None:
    build_notes(root, config)
    prepare = PrepareConfig(root=root.uri, corpus="tunes")
    progress: list[tuple[float, float]] = []
    dataset = build_sequences(root, prepare, lambda *step: progress.append(step))
    assert sum(dataset.songs.values()) == 12
    assert progress == [(1, 3), (2, 3), (3, 3)] * 2
    assert build_sequences(root, prepare, lambda *step: progress.append(step)) == dataset
    assert len(progress) == 6
    assert PreparedCorpus(root, "tunes", "factored").dataset == dataset


def test_a_corpus_has_one_writer(root: Root, config: IngestConfig) -> None:
    with corpus_writer(root, "tunes", "ingest"):
        with pytest.raises(BusyError, match="ingest of corpus tunes cannot start"):
            build_notes(root, config)
        with pytest.raises(BusyError, match="prepare of corpus tunes cannot start"):
            build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes"))


def test_the_example_of_the_package_runs(
    config: IngestConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the folder `midi` lies
    _, _, example = (corpus.__doc__ or "").partition("arrays:\n")
    names = {name: globals()[name] for name in ("Root", "IngestConfig", "PrepareConfig")}
    names |= {name: getattr(corpus, name) for name in corpus.__all__}
    exec(textwrap.dedent(example), names)
    assert names["ids"].dtype == np.int16
    assert names["corpus"].one_hot(names["ids"]).sum(axis=-1).tolist() == [4.0] * len(names["ids"])
