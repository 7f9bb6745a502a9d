"""A root as the version before data folders wrote it: read as it is, moved over by a rerun."""

from pathlib import Path

import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.notes.note_marker import known_corpora
from nocturne.tasks.corpus.notes.read_notes import (
    families_of,
    load_note_dataset,
    shard_names,
    songs_of_shard,
)
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus, song_splits
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import contents, fill, ingest, prepare, report, songs
from tests.tasks.corpus.old_layout import make_old
from tests.tasks.corpus.stops import at_every_change
from tests.tasks.sources.archives_for_tests import tar_gz_of
from tests.tasks.sources.http_server import Behaviour, serving

LATER = "vocabularies/c/factored/continuation.json"  # which a rerun that encodes nothing lacks


def without_later_files(root: Root) -> dict[str, bytes]:
    """Return every file that versions of before wrote too."""
    return {name: content for name, content in contents(root).items() if name != LATER}


def same_sequences(one: SequenceDataset, other: SequenceDataset) -> bool:
    """Whether two markers are of the same ids, whichever version wrote them."""
    fields = {"fingerprint", "vocabulary_id", "songs", "notes", "program"}
    return one.model_dump(include=fields) == other.model_dump(include=fields)


class Old:
    """An old root, and what a new one made from the same source holds."""

    def __init__(self, root: Root, source: str, workers: Workers) -> None:
        self.root, self.workers = root, workers
        self.ingest = IngestConfig(root=root.uri, corpus="c", source=source, shard_files=8)
        self.prepare = PrepareConfig(root=root.uri, corpus="c", max_codebook_drift=0)
        self.make()
        self.dataset, self.sequences = (
            load_note_dataset(root, "c"),
            load_dataset(root, "c", "factored"),
        )
        self.new = without_later_files(root)
        make_old(root, "c", "factored")

    def make(self) -> int:
        dataset, extracted = ingest(self.root, self.ingest, self.workers)
        report(self.root, "c", dataset)
        prepare(self.root, self.prepare)
        return extracted


@pytest.fixture
def old(root: Root, tmp_path: Path, workers: Workers) -> Old:
    return Old(root, str(fill(tmp_path / "midi", songs(20))), workers)


def test_it_is_read_as_it_is(old: Old, tmp_path: Path) -> None:
    before = contents(old.root)
    assert known_corpora(old.root) == ["c"]
    assert load_note_dataset(old.root, "c").fingerprint == old.dataset.fingerprint
    names = shard_names(old.root, "c")
    assert names == [f"shard-0000{n}.parquet" for n in range(3)]
    found = {song for name in names for song, _ in songs_of_shard(old.root, "c", name)}
    assert len(found) == 20
    assert set(families_of(old.root, "c")[0]) == found
    assert set(song_splits(old.root, "c", "factored") or ()) == found
    vocabulary = PreparedCorpus(old.root, "c", "factored").vocabulary
    assert vocabulary.vocabulary_id == old.sequences.vocabulary_id
    split = PreparedCorpus(old.root, "c", "factored", tmp_path / "cache").split("train")
    assert len(split.ids) == old.sequences.notes["train"]
    assert contents(old.root) == before


def test_a_rerun_reuses_it_and_moves_it_over(old: Old) -> None:
    assert old.make() == 0
    found = without_later_files(old.root)
    assert set(found) == set(old.new)
    same = {name for name in found if not name.startswith("corpora/")}
    assert {name: found[name] for name in same} == {name: old.new[name] for name in same}
    assert load_note_dataset(old.root, "c").facts == old.dataset.facts
    assert same_sequences(load_dataset(old.root, "c", "factored"), old.sequences)
    assert old.make() == 0
    assert without_later_files(old.root) == found


def test_a_changed_source_takes_its_place(old: Old, tmp_path: Path) -> None:
    fill(tmp_path / "midi", songs(21))
    assert old.make() == 3
    fill(tmp_path / "midi", songs(20))
    old.make()
    found = without_later_files(old.root)
    markers = ("corpora/c/notes.json", "corpora/c/sequences-factored.json")
    assert {n: found[n] for n in found if n not in markers} == {
        name: old.new[name] for name in old.new if name not in markers
    }
    assert load_note_dataset(old.root, "c").facts == old.dataset.facts


def test_a_stop_while_it_is_moved_loses_nothing(
    root: Root, tmp_path: Path, workers: Workers
) -> None:
    old = Old(root, str(fill(tmp_path / "midi", songs(8))), workers)
    old.make()
    expected = contents(root)

    def after() -> None:
        load_note_dataset(root, "c")
        assert PreparedCorpus(root, "c", "factored").vocabulary
        assert song_splits(root, "c", "factored")
        old.make()
        assert contents(root) == expected
        make_old(root, "c", "factored")

    make_old(root, "c", "factored")
    assert at_every_change(old.make, after) > 10


@pytest.mark.parametrize("kind", ["notes", "files"])
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("harm", ["delete", "cut"])
def test_a_lost_shard_is_found_and_made_again_alone(
    old: Old, kind: str, number: int, harm: str
) -> None:
    path = f"{kind}/c/shard-0000{number}.parquet"
    cut = old.root.read_bytes(path)[:-9]
    old.root.delete(path)
    if harm == "cut":
        old.root.write_bytes(path, cut)
    with pytest.raises(CorpusError, match=f"{path} of corpus c is missing or cut short: run"):
        prepare(old.root, old.prepare)
    assert old.make() == 1
    assert set(without_later_files(old.root)) == set(old.new)
    assert load_note_dataset(old.root, "c").facts == old.dataset.facts


@pytest.mark.parametrize("name", ["valid.parquet", "songs.parquet", "vocabulary.json"])
def test_a_lost_sequence_file_is_made_again(old: Old, name: str) -> None:
    old.root.delete(f"sequences/c/factored/{name}")
    old.make()
    assert set(without_later_files(old.root)) == set(old.new)
    assert same_sequences(load_dataset(old.root, "c", "factored"), old.sequences)


@pytest.mark.parametrize("marker", ["raw/c", "notes/c", "sequences/c/factored"])
def test_a_bad_marker_is_named_and_deleting_it_mends_it(old: Old, marker: str) -> None:
    path = f"{marker}/dataset.json"
    old.root.write_bytes(path, b'{"finger')
    with pytest.raises(CorpusError, match=f"{path} is damaged: .*; delete it, then ") as caught:
        old.make()
    assert "\n" not in str(caught.value)
    old.root.delete(path)
    old.make()
    assert set(without_later_files(old.root)) == set(old.new)


def test_a_download_is_not_fetched_again(root: Root, workers: Workers) -> None:
    how = Behaviour(tar_gz_of(songs(9)))
    with serving(how) as base:
        old = Old(root, f"{base}/songs.tar.gz", workers)
        assert root.exists("raw/c/archive/songs.tar.gz")
        assert old.make() == 0
    assert [status for *_, status in how.seen] == [200, 304]
    assert set(without_later_files(root)) == set(old.new)
