import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nocturne.schemas.config import PrepareConfig, SchemeName
from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.schemas.sequences import SPLITS, SequenceDataset
from nocturne.tasks.corpus import build_sequences
from nocturne.tasks.corpus.sequences import prepared_corpus, split_copy
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus, song_splits
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.music.categories import SCHEMES, from_one_hot
from nocturne.tasks.storage.layout import DataFolder, sequences_marker
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> SchemeName:
    name: SchemeName = request.param
    return name


@pytest.fixture
def dataset(root: Root, scheme: SchemeName) -> SequenceDataset:
    write_corpus(root, random_shards(6, 5))
    return build_sequences(root, PrepareConfig(root=root.uri, corpus="tunes", scheme=scheme))


def test_a_split_is_a_memory_mapped_copy_of_its_file(
    root: Root, scheme: SchemeName, dataset: SequenceDataset, tmp_path: Path
) -> None:
    names = PreparedCorpus(root, "tunes", scheme).vocabulary.names
    for split in SPLITS:
        loaded = PreparedCorpus(root, "tunes", scheme, tmp_path / "cache").split(split)
        table = root.read_table(f"sequences/tunes/{scheme}/{split}.parquet")
        assert isinstance(loaded.ids, np.memmap)
        assert loaded.ids.dtype == np.int16
        assert [table[n].to_pylist() for n in names] == loaded.ids.T.tolist()
        assert len(loaded.song_offsets) == dataset.songs[split] + 1
        assert loaded.song_offsets[-1] == dataset.notes[split]
        ids = np.array(table["song_id"].to_pylist())
        for start, stop in zip(loaded.song_offsets[:-1], loaded.song_offsets[1:], strict=True):
            assert len(set(ids[start:stop])) == 1


def test_a_copy_is_made_once_and_made_again_if_cut_short(
    root: Root, scheme: SchemeName, dataset: SequenceDataset, tmp_path: Path
) -> None:
    whole = np.array(PreparedCorpus(root, "tunes", scheme, tmp_path).split("train").ids)
    copy = tmp_path / f"{dataset.fingerprint}-train.npy"
    before = copy.stat().st_ino
    PreparedCorpus(root, "tunes", scheme, tmp_path).split("train")
    assert copy.stat().st_ino == before
    copy.write_bytes(copy.read_bytes()[:-1])
    assert np.array_equal(PreparedCorpus(root, "tunes", scheme, tmp_path).split("train").ids, whole)
    assert [path.name for path in tmp_path.glob("*.npy")] == [copy.name]


def test_what_killed_runs_left_of_their_copies_is_cleared(
    root: Root, scheme: SchemeName, dataset: SequenceDataset, tmp_path: Path
) -> None:
    old, growing = tmp_path / ".tmp-old.npy", tmp_path / ".tmp-growing.npy"
    for path in (old, growing):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    PreparedCorpus(root, "tunes", scheme, tmp_path).split("train")
    assert not old.exists()
    assert growing.exists()


def test_a_corpus_prepared_anew_while_it_is_read_is_one_clear_line(
    root: Root, scheme: SchemeName, dataset: SequenceDataset, tmp_path: Path
) -> None:
    newer = dataset.model_copy(update={"fingerprint": "other"})
    real = prepared_corpus.copy_ids

    def copy_late(*arguments: Any) -> None:
        real(*arguments)
        root.write_json(sequences_marker("tunes", scheme), newer.model_dump(mode="json"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared_corpus, "copy_ids", copy_late)
        with pytest.raises(CorpusError, match="was prepared anew while it was read: run this"):
            PreparedCorpus(root, "tunes", scheme, tmp_path).split("train")


def test_the_split_of_each_song(root: Root, scheme: SchemeName, dataset: SequenceDataset) -> None:
    splits = song_splits(root, "tunes", scheme)
    assert splits is not None
    assert Counter(splits.values()) == dataset.songs
    assert song_splits(root, "nope", scheme) is None


def test_copies_are_written_in_parts(
    root: Root,
    scheme: SchemeName,
    dataset: SequenceDataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = PreparedCorpus(root, "tunes", scheme, tmp_path / "a").split("train")
    monkeypatch.setattr(split_copy, "READ_ROWS", 7)
    parts = PreparedCorpus(root, "tunes", scheme, tmp_path / "b").split("train")
    assert np.array_equal(whole.ids, parts.ids)


def test_an_unprepared_corpus_says_what_to_run(root: Root) -> None:
    with pytest.raises(CorpusError, match=r"not prepared as factored .* run `nocturne prepare"):
        load_dataset(root, "tunes", "factored")


def test_another_vocabulary_is_refused(
    root: Root, scheme: SchemeName, dataset: SequenceDataset
) -> None:
    other = PreparedCorpus(root, "tunes", scheme).vocabulary.model_copy(update={"version": 3})
    root.write_bytes(
        f"vocabularies/tunes/{scheme}/vocabulary.json", other.model_dump_json().encode()
    )
    with pytest.raises(CorpusError, match=f"not the vocabulary {dataset.vocabulary_id}"):
        _ = PreparedCorpus(root, "tunes", scheme).vocabulary


def test_a_dataset_of_an_earlier_version_has_its_vocabulary(
    root: Root, scheme: SchemeName, dataset: SequenceDataset
) -> None:
    vocabulary = PreparedCorpus(root, "tunes", scheme).vocabulary
    earlier = dataset.model_copy(update={"vocabulary_id": vocabulary.document_id})
    root.write_bytes(sequences_marker("tunes", scheme), earlier.model_dump_json().encode())
    assert PreparedCorpus(root, "tunes", scheme).vocabulary == vocabulary


@pytest.mark.parametrize("kind", ["marker", "vocabulary"])
def test_damaged_files_say_so(
    root: Root, scheme: SchemeName, dataset: SequenceDataset, kind: str
) -> None:
    vocabulary = f"vocabularies/tunes/{scheme}/vocabulary.json"
    path = sequences_marker("tunes", scheme) if kind == "marker" else vocabulary
    root.write_bytes(path, b"{}")
    with pytest.raises(CorpusError, match=f"{path} is damaged: .*run `nocturne prepare"):
        _ = PreparedCorpus(root, "tunes", scheme).vocabulary


def test_a_cache_that_cannot_be_written_is_one_clear_line(
    root: Root, scheme: SchemeName, dataset: SequenceDataset, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot copy the training data"):
        PreparedCorpus(root, "tunes", scheme, tmp_path / "file" / "cache").split("valid")


def test_each_part_is_read_once(
    root: Root,
    scheme: SchemeName,
    dataset: SequenceDataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads: list[str] = []
    real = prepared_corpus.read_published

    def counted(root: Root, folder: DataFolder, *arguments: Any) -> Any:
        reads.append(folder.kind)
        return real(root, folder, *arguments)

    monkeypatch.setattr(prepared_corpus, "read_published", counted)
    corpus = PreparedCorpus(root, "tunes", scheme, tmp_path)
    assert corpus.dataset == dataset
    for _ in range(2):
        assert corpus.vocabulary.vocabulary_id == dataset.vocabulary_id
        assert [len(corpus.split(split).ids) for split in SPLITS] == list(dataset.notes.values())
    assert Counter(reads) == {"vocabularies": 1, "songs": 1, "sequences": 3}


def test_ids_are_given_as_one_hot_vectors_on_request(
    root: Root, scheme: SchemeName, dataset: SequenceDataset
) -> None:
    corpus = PreparedCorpus(root, "tunes", scheme)
    batch = corpus.split("train").ids[:12].reshape(3, 4, -1)
    vectors = corpus.one_hot(batch)
    assert vectors.shape == (3, 4, sum(corpus.vocabulary.sizes))
    assert np.array_equal(from_one_hot(vectors, corpus.vocabulary), batch)
