"""A grown corpus: splits stay, codebooks stand or are fitted anew, only new songs are encoded."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.sequences import SequenceDataset
from nocturne.tasks.corpus.sequences import codebooks, encoding
from nocturne.tasks.corpus.sequences.codebooks import choose_codebooks
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus, song_splits
from nocturne.tasks.corpus.sequences.publish_sequences import sequences_of_plan
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.corpus.sequences.sequence_plan import plan_sequences
from nocturne.tasks.corpus.sequences.write_sequences import write_sequences
from nocturne.tasks.music import categories
from nocturne.tasks.music.categories.distribution import drift
from nocturne.tasks.music.splits import split_songs
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.corpora_for_tests import contents, prepare
from tests.tasks.corpus.note_corpora import Shard, song_id, write_corpus
from tests.tasks.corpus.stops import at_every_change
from tests.tasks.music.categories.songs import random_song

SCHEMES = ("factored", "song-max")


def config_of(root: Root, **changes: Any) -> PrepareConfig:
    return PrepareConfig(root=root.uri, corpus="tunes", max_codebook_drift=1).copy_with(**changes)


def shards_of(*numbers: range) -> list[Shard]:
    """Return shards of the songs with these numbers, in the order of their ids."""
    return [sorted((song_id(n), random_song(n, 40)) for n in of_shard) for of_shard in numbers]


def night(root: Root, *numbers: range, **changes: Any) -> SequenceDataset:
    """Publish the notes of these songs and prepare them."""
    write_corpus(root, shards_of(*numbers), fingerprint=str(numbers))
    return prepare(root, config_of(root, **changes))


def write_families(root: Root, *families: tuple[int, ...]) -> None:
    """Publish families of songs, each named by its first song."""
    rows = [(song_id(n), song_id(family[0])) for family in families for n in family]
    table = pa.table({"song_id": [s for s, _ in rows], "family": [f for _, f in rows]})
    root.write_table("families/tunes/families.parquet", table)


def number_in(root: Root, split: str, below: int) -> int:
    """Return the number of a song of that split."""
    splits = song_splits(root, "tunes", "factored") or {}
    return next(n for n in range(below) if splits[song_id(n)] == split)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """List the shards that are read, for measuring and for encoding."""
    found: dict[str, list[str]] = {}
    for module in (codebooks, encoding):
        real, names = module.songs_of_shard, found.setdefault(module.__name__.split(".")[-1], [])

        def counted(*of: Any, real: Any = real, names: Any = names) -> Any:
            names.append(of[-1])
            return real(*of)

        monkeypatch.setattr(module, "songs_of_shard", counted)
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_where_codebooks_stand_only_new_songs_are_encoded_and_ids_are_those_of_encoding_all(
    root: Root, tmp_path: Path, read: dict[str, list[str]], scheme: str
) -> None:
    before = night(root, range(8), range(8, 12), scheme=scheme)
    assert (before.new_songs, before.encoded_songs, before.drift) == (12, 12, None)
    assert before.codebooks == "fitted: there are none before"
    vocabulary = PreparedCorpus(root, "tunes", scheme).vocabulary
    for names in read.values():
        names.clear()
    grown = range(8), range(8, 15), range(15, 20)
    after = night(root, *grown, scheme=scheme)
    assert (after.new_songs, after.encoded_songs) == (8, 8)
    late = ["shard-00001.parquet", "shard-00002.parquet"]
    assert read == {"codebooks": late, "encoding": late}
    assert after.codebooks.startswith("kept: ")
    assert after.vocabulary_id == before.vocabulary_id
    assert after.fingerprint != before.fingerprint
    assert PreparedCorpus(root, "tunes", scheme).vocabulary == vocabulary

    alone = Root.open(str(tmp_path / "alone"))
    write_corpus(alone, shards_of(*grown))
    plan = plan_sequences(alone, config_of(alone, scheme=scheme))
    chosen = choose_codebooks(root, plan_sequences(root, config_of(root, scheme=scheme)))
    assert choose_codebooks(alone, plan).training == chosen.training  # added up, or counted at once
    write_sequences(alone, plan, chosen)
    for split in ("train", "valid", "test"):
        path = f"sequences/tunes/{scheme}/{split}.parquet"
        assert alone.read_bytes(path) == root.read_bytes(path)
    path = f"songs/tunes/{scheme}/songs.parquet"
    assert alone.read_bytes(path) == root.read_bytes(path)


def test_an_unchanged_corpus_is_reused_whether_its_codebooks_were_kept_or_fitted(
    root: Root, read: dict[str, list[str]]
) -> None:
    night(root, range(12))
    after = night(root, range(12), range(12, 14))
    for names in read.values():
        names.clear()
    assert prepare(root, config_of(root)) == after
    write_corpus(root, shards_of(range(12), range(12, 14)), fingerprint="touched files")
    assert prepare(root, config_of(root)) == after
    assert read == {"codebooks": [], "encoding": []}


def test_codebooks_that_do_not_stand_are_fitted_anew_and_why_is_said(root: Root) -> None:
    night(root, range(12))
    assert night(root, range(12), range(12, 20)).codebooks.startswith("kept: ")
    plan = plan_sequences(root, config_of(root, max_codebook_drift=1e-9))
    assert sequences_of_plan(root, plan) is None  # the bound no longer lets them stand
    again = prepare(root, config_of(root, max_codebook_drift=1e-9))
    assert again.codebooks.startswith("fitted anew: ")
    assert again.codebooks.endswith("bound 1e-09")
    assert again.drift is None
    assert again.encoded_songs == 20
    training = [n for s, n in shards_of(range(20))[0] if plan.split_of[s] == "train"]
    expected = categories.fit("factored", training, plan.fitted_on)
    assert PreparedCorpus(root, "tunes", "factored").vocabulary == expected
    assert prepare(root, config_of(root)) == again  # a wider bound changes nothing that is there
    assert night(root, range(21), max_codebook_drift=0).codebooks.endswith("bound 0")


def test_drift_adds_up_over_nights(root: Root) -> None:
    night(root, range(12))
    small = night(root, range(13)).drift
    large = night(root, range(60)).drift
    assert small is not None and large is not None
    counted = PreparedCorpus(root, "tunes", "factored").continuation
    assert sum(counted.fitted.counts["velocity"]) < sum(counted.training.counts["velocity"])
    moved = drift(counted.fitted, counted.training)
    assert large == max(moved.values()) > small > 0


def test_a_song_whose_notes_changed_is_encoded_again(root: Root) -> None:
    night(root, range(12))
    changed = shards_of(range(12), range(12, 14))
    song, _ = changed[0][0]
    changed[0][0] = (song, random_song(99, 40))
    write_corpus(root, changed, fingerprint="another reader")
    after = prepare(root, config_of(root))
    assert (after.new_songs, after.encoded_songs) == (2, 3)
    corpus = PreparedCorpus(root, "tunes", "factored")
    split = corpus.split((song_splits(root, "tunes", "factored") or {})[song])
    ids = categories.encode_song(corpus.vocabulary, random_song(99, 40)).tolist()
    songs = zip(split.song_offsets[:-1], split.song_offsets[1:], strict=True)
    assert ids in [split.ids[a:b].tolist() for a, b in songs]


def test_a_family_that_gets_another_first_song_stays_in_its_split(root: Root) -> None:
    write_families(root, *((n,) for n in range(12)))
    night(root, range(12))
    before = song_splits(root, "tunes", "factored") or {}
    held_out = number_in(root, "test", 12)
    # Twenty new songs, each of which would name the family: some of their hashes say training.
    write_families(root, *((n,) for n in range(12) if n != held_out), (*range(20, 40), held_out))
    night(root, range(12), range(20, 40))
    after = song_splits(root, "tunes", "factored") or {}
    assert {song: after[song] for song in before} == before
    assert {after[song_id(n)] for n in range(20, 40)} == {"test"}


def test_a_new_song_that_joins_families_of_two_splits_is_left_out(root: Root) -> None:
    night(root, range(12))
    before = song_splits(root, "tunes", "factored") or {}
    learned, held_out = number_in(root, "train", 12), number_in(root, "test", 12)
    write_families(root, (learned, held_out, 20))
    dataset = night(root, range(12), range(20, 22))
    after = song_splits(root, "tunes", "factored") or {}
    assert dataset.left_out == 1
    assert after.keys() == before.keys() | {song_id(21)}
    assert {song: after[song] for song in before} == before
    assert sequences_of_plan(root, plan_sequences(root, config_of(root))) == dataset


def test_a_song_that_was_away_for_a_night_comes_back_into_its_split(root: Root) -> None:
    night(root, range(30))
    held_out = number_in(root, "test", 30)
    rest = [range(held_out), range(held_out + 1, 30)]
    night(root, *(part for part in rest if part))
    assert song_id(held_out) not in (song_splits(root, "tunes", "factored") or {})
    # It comes back in a family whose name, by its hash, would be of another split.
    other = next(
        n
        for n in range(100, 200)
        if split_songs([song_id(n), "a", "b", "c"], 0.1, 0.1)[song_id(n)] == "train"
    )
    write_families(root, (other, held_out))
    night(root, range(30), range(other, other + 1))
    after = song_splits(root, "tunes", "factored") or {}
    assert after[song_id(held_out)] == after[song_id(other)] == "test"


def test_other_shares_split_anew(root: Root) -> None:
    night(root, range(60))
    plan = plan_sequences(root, config_of(root, test_share=0.4))
    alone = song_splits(root, "tunes", "factored")
    assert plan.split_of != alone
    assert sum(split == "test" for split in plan.split_of.values()) > 12


def test_a_stop_at_any_moment_of_a_continued_prepare_ends_in_the_same_bytes(
    root: Root, tmp_path: Path
) -> None:
    old = night(root, range(8))
    write_corpus(root, shards_of(range(8), range(8, 11)), fingerprint="grown")
    kept = tmp_path / "kept"
    shutil.copytree(root.base, kept)
    new = prepare(root, config_of(root))
    expected = contents(root)

    def after() -> None:
        assert load_dataset(root, "tunes", "factored") in (old, new)
        assert prepare(root, config_of(root)) == new
        assert contents(root) == expected
        shutil.rmtree(root.base)
        shutil.copytree(kept, root.base)

    shutil.rmtree(root.base)
    shutil.copytree(kept, root.base)
    assert at_every_change(lambda: prepare(root, config_of(root)), after) > 10


@pytest.mark.parametrize(
    "lost",
    ["songs/{}/songs.parquet", "vocabularies/{}/continuation.json", "sequences/{}/train.parquet"],
)
def test_what_is_lost_of_the_corpus_before_is_done_without(root: Root, lost: str) -> None:
    before = night(root, range(12))
    root.delete(lost.format("tunes/factored"))
    dataset = night(root, range(12), range(12, 14))
    assert sum(dataset.songs.values()) == 14
    assert dataset.encoded_songs == 14
    expected = "kept: " if "sequences" in lost else "fitted: there are none that this version can"
    assert dataset.codebooks.startswith(expected)
    assert before.fingerprint != dataset.fingerprint


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_dataset_without_an_end_id_gets_one_and_keeps_all_else(
    root: Root, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    write_corpus(root, shards_of(range(12)))
    plan = replace(plan_sequences(root, config_of(root, scheme=scheme)), fingerprint="version 1's")
    chosen = choose_codebooks(root, plan)
    before = chosen.vocabulary.model_copy(update={"version": 1})
    with monkeypatch.context() as patch:
        patch.setattr("nocturne.tasks.corpus.sequences.write_sequences.SEQUENCES_VERSION", 1)
        write_sequences(root, plan, replace(chosen, vocabulary=before))
    assert PreparedCorpus(root, "tunes", scheme).vocabulary == before
    ids = root.read_bytes(f"sequences/tunes/{scheme}/train.parquet")
    after = prepare(root, config_of(root, scheme=scheme))
    vocabulary = PreparedCorpus(root, "tunes", scheme).vocabulary
    assert (before.ends, vocabulary.ends) == (False, True)
    assert vocabulary == before.with_end()
    assert vocabulary.vocabulary_id != before.vocabulary_id
    assert (after.version, after.encoded_songs, after.new_songs, after.drift) == (2, 0, 0, 0.0)
    assert root.read_bytes(f"sequences/tunes/{scheme}/train.parquet") == ids
    assert prepare(root, config_of(root, scheme=scheme)) == after
