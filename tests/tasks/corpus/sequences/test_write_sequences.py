import shutil
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nocturne.schemas.config import PrepareConfig
from nocturne.schemas.errors import CorpusError
from nocturne.schemas.sequences import SPLITS
from nocturne.tasks.corpus.notes.extract_shard import note_table
from nocturne.tasks.corpus.sequences.codebooks import choose_codebooks
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus
from nocturne.tasks.corpus.sequences.publish_sequences import sequences_of_plan
from nocturne.tasks.corpus.sequences.sequence_marker import load_dataset
from nocturne.tasks.corpus.sequences.sequence_plan import plan_sequences
from nocturne.tasks.corpus.sequences.write_sequences import write_sequences
from nocturne.tasks.music.categories import encode_song, fit
from nocturne.tasks.storage.layout import notes_marker
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus import note_corpora
from tests.tasks.corpus.corpora_for_tests import contents, prepare
from tests.tasks.corpus.note_corpora import random_shards, song_id, write_corpus
from tests.tasks.corpus.stops import at_every_change
from tests.tasks.music.categories.songs import random_song

FOLDER = "sequences/tunes/factored"


def config_of(root: Root) -> PrepareConfig:
    return PrepareConfig(root=root.uri, corpus="tunes")


def test_every_song_is_encoded_into_its_split(root: Root) -> None:
    shards = random_shards(8, 1, 7)
    write_corpus(root, shards)
    plan = plan_sequences(root, config_of(root))
    codebooks = choose_codebooks(root, plan)
    vocabulary = codebooks.vocabulary
    dataset = write_sequences(root, plan, codebooks)
    songs = dict(pair for shard in shards for pair in shard)
    assert sum(dataset.songs.values()) == len(songs)
    seen = []
    for split in SPLITS:
        table = root.read_table(f"{FOLDER}/{split}.parquet")
        assert len(table) == dataset.notes[split]
        for song in dict.fromkeys(table["song_id"].to_pylist()):
            rows = table.filter(pa.compute.equal(table["song_id"], song))
            ids = np.stack([rows[name].to_numpy() for name in vocabulary.names], axis=1)
            assert np.array_equal(ids, encode_song(vocabulary, songs[song]))
            assert plan.split_of[song] == split
            seen.append(song)
    assert sorted(seen) == sorted(songs)


def test_the_vocabulary_is_fitted_on_the_training_songs_alone(root: Root) -> None:
    shards = random_shards(6, 6)
    write_corpus(root, shards)
    plan = plan_sequences(root, config_of(root))
    songs = [pair for shard in shards for pair in shard]
    training = [notes for song, notes in songs if plan.split_of[song] == "train"]
    assert 0 < len(training) < len(songs)
    expected = fit("factored", training, plan.fitted_on)
    assert choose_codebooks(root, plan).vocabulary == expected


def test_each_note_shard_is_a_row_group(root: Root) -> None:
    write_corpus(root, random_shards(9, 9))
    plan = plan_sequences(root, config_of(root))
    write_sequences(root, plan, choose_codebooks(root, plan))
    assert pq.ParquetFile(root.full(f"{FOLDER}/train.parquet")).num_row_groups == 2


def test_any_tool_reads_the_files(root: Root) -> None:
    write_corpus(root, random_shards(5))
    plan = plan_sequences(root, config_of(root))
    dataset = write_sequences(root, plan, choose_codebooks(root, plan))
    songs, test = root.full("songs/tunes/factored/*.parquet"), root.full(f"{FOLDER}/test.parquet")
    with duckdb.connect() as database:
        counted = database.execute(f"select sum(notes) from '{songs}'").fetchall()
        columns = database.execute(f"describe select * from '{test}'").fetchall()
    assert counted == [(sum(dataset.notes.values()),)]
    assert columns[0][:2] == ("song_id", "VARCHAR")
    assert columns[1][:2] == ("inter_onset_interval", "SMALLINT")


def test_the_dataset_names_the_most_common_program(root: Root) -> None:
    write_corpus(root, random_shards(60), programs=(40, 73, 73))
    plan = plan_sequences(root, config_of(root))
    assert write_sequences(root, plan, choose_codebooks(root, plan)).program == 73


def test_the_same_plan_gives_the_same_bytes_and_is_found_again(root: Root) -> None:
    write_corpus(root, random_shards(4, 4))
    plan = plan_sequences(root, config_of(root))
    assert sequences_of_plan(root, plan) is None
    first = write_sequences(root, plan, choose_codebooks(root, plan))
    files = {path: root.read_bytes(path) for path in root.files(FOLDER)}
    assert list(files) == [f"{FOLDER}/{split}.parquet" for split in ("test", "train", "valid")]
    again = plan_sequences(root, config_of(root))
    assert sequences_of_plan(root, again) == first
    write_sequences(root, again, choose_codebooks(root, again))
    assert {path: root.read_bytes(path) for path in root.files(FOLDER)} == files


@pytest.mark.parametrize(
    "change", [{"valid_share": 0.2}, {"test_share": 0.2}, {"min_song_notes": 17}]
)
def test_another_config_is_another_dataset(root: Root, change: dict[str, float]) -> None:
    write_corpus(root, random_shards(8))
    plan = plan_sequences(root, config_of(root))
    write_sequences(root, plan, choose_codebooks(root, plan))
    assert (
        sequences_of_plan(root, plan_sequences(root, config_of(root).copy_with(**change))) is None
    )


def test_the_same_notes_read_anew_are_the_same_dataset(root: Root) -> None:
    shards = random_shards(8, 3)
    write_corpus(root, shards)
    plan = plan_sequences(root, config_of(root))
    written = write_sequences(root, plan, choose_codebooks(root, plan))
    write_corpus(root, shards, fingerprint="of touched files")
    again = plan_sequences(root, config_of(root))
    assert sequences_of_plan(root, again) == written
    assert choose_codebooks(root, again).vocabulary == choose_codebooks(root, plan).vocabulary
    short = [(song_id(99), random_song(99, 8))]
    write_corpus(root, [*shards, short], fingerprint="of one more song, too short to learn from")
    assert sequences_of_plan(root, plan_sequences(root, config_of(root))) == written
    write_corpus(root, random_shards(8, 3, length=41))
    assert sequences_of_plan(root, plan_sequences(root, config_of(root))) is None
    write_corpus(root, shards, licence="another")
    assert sequences_of_plan(root, plan_sequences(root, config_of(root))) is None


def test_a_corpus_that_does_not_know_its_digests_goes_by_its_source(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note_corpora, "digest_of", lambda notes: None)
    shards = random_shards(8)
    write_corpus(root, shards)
    plan = plan_sequences(root, config_of(root))
    assert plan_sequences(root, config_of(root)).fingerprint == plan.fingerprint
    write_corpus(root, shards, fingerprint="of touched files")
    assert plan_sequences(root, config_of(root)).fingerprint != plan.fingerprint


def test_new_families_are_another_dataset_and_stay_together(root: Root) -> None:
    write_corpus(root, random_shards(12))
    plan = plan_sequences(root, config_of(root))
    write_sequences(root, plan, choose_codebooks(root, plan))
    ids = [song_id(number) for number in range(12)]
    families = pa.table({"song_id": ids, "family": [ids[number // 4] for number in range(12)]})
    root.write_table("families/tunes/families.parquet", families)
    after = plan_sequences(root, config_of(root))
    assert sequences_of_plan(root, after) is None
    assert after.split_of == plan.split_of  # for who has a split keeps it
    root.delete("corpora/tunes/sequences-factored.json")
    after = plan_sequences(root, config_of(root))
    assert Counter(after.split_of.values()) == {"train": 4, "valid": 4, "test": 4}
    assert all(len({after.split_of[song] for song in ids[n : n + 4]}) == 1 for n in (0, 4, 8))


def test_a_missing_file_makes_a_dataset_unfinished(root: Root) -> None:
    write_corpus(root, random_shards(4))
    plan = plan_sequences(root, config_of(root))
    write_sequences(root, plan, choose_codebooks(root, plan))
    root.delete(f"{FOLDER}/valid.parquet")
    assert sequences_of_plan(root, plan) is None


def test_notes_that_differ_from_their_manifest_leave_the_old_dataset_whole(root: Root) -> None:
    shards = random_shards(4, 4)
    write_corpus(root, shards)
    plan = plan_sequences(root, config_of(root))
    codebooks = choose_codebooks(root, plan)
    dataset = write_sequences(root, plan, codebooks)
    root.write_table("notes/tunes/shard-00001.parquet", note_table([]))
    with pytest.raises(CorpusError, match="differs from its manifest in 4 songs"):
        write_sequences(root, plan, codebooks)
    assert load_dataset(root, "tunes", "factored") == dataset
    assert PreparedCorpus(root, "tunes", "factored").vocabulary == codebooks.vocabulary
    assert not list(Path(root.base).rglob(".tmp-*"))


def test_a_corpus_too_small_says_how_many_songs_are_needed(root: Root) -> None:
    write_corpus(root, random_shards(2))
    with pytest.raises(CorpusError, match=r"tunes under .*: there are 2 songs, .* at least 3 are"):
        plan_sequences(root, config_of(root))
    with pytest.raises(CorpusError, match=r"songs of 50 notes or more: there are 0 songs"):
        plan_sequences(root, config_of(root).copy_with(min_song_notes=50))


def test_a_stop_at_any_moment_leaves_the_old_dataset_or_the_new_one(
    root: Root, tmp_path: Path
) -> None:
    write_corpus(root, random_shards(8, 8))
    old = prepare(root, config_of(root))
    kept = tmp_path / "kept"
    shutil.copytree(root.base, kept)
    config = config_of(root).copy_with(min_song_notes=40, valid_share=0.3)
    new = prepare(root, config)
    assert old.songs != new.songs
    expected = contents(root)

    def reset() -> None:
        shutil.rmtree(root.base)
        shutil.copytree(kept, root.base)

    def after() -> None:
        found = load_dataset(root, "tunes", "factored")
        assert found in (old, new)
        corpus = PreparedCorpus(root, "tunes", "factored", tmp_path / "cache")
        assert corpus.vocabulary.vocabulary_id == found.vocabulary_id
        for split in SPLITS:
            loaded = corpus.split(split)
            assert len(loaded.ids) == found.notes[split]
        assert prepare(root, config) == new
        assert contents(root) == expected
        reset()

    reset()
    assert at_every_change(lambda: prepare(root, config), after) > 10


def test_a_corpus_ingested_anew_while_it_is_prepared_is_one_clear_line(root: Root) -> None:
    write_corpus(root, random_shards(8))
    plan = plan_sequences(root, config_of(root))
    codebooks = choose_codebooks(root, plan)
    newer = plan.notes.model_copy(update={"fingerprint": "other"})
    root.write_json(notes_marker("tunes"), newer.model_dump(mode="json"))
    with pytest.raises(CorpusError, match="was ingested anew while it was read: run this again"):
        write_sequences(root, plan, codebooks)
    assert not root.exists("corpora/tunes/sequences-factored.json")
