"""A published file that is lost, cut or damaged is found, said in one line and made again."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from nocturne.schemas.config import IngestConfig, PrepareConfig
from nocturne.schemas.errors import CorpusError
from nocturne.tasks.corpus.notes.quality import quality_table
from nocturne.tasks.corpus.notes.read_notes import accepted_songs, families_of, songs_of_shard
from nocturne.tasks.corpus.sequences.prepared_corpus import PreparedCorpus, song_splits
from nocturne.tasks.storage.root import Root
from nocturne.tasks.workers.worker_pool import Workers
from tests.tasks.corpus.corpora_for_tests import (
    contents,
    fill,
    ingest,
    prepare,
    report,
    song,
    songs,
)

FILES = {**songs(20), "again.mid": song(0), "broken.mid": song(99)[:-5], "readme.txt": b"text"}
SHARDS = 3  # of 8 files: the last one holds a duplicate of the first, and no new song


class Place:
    """A prepared corpus, and how to make it whole again."""

    def __init__(self, root: Root, source: Path, workers: Workers) -> None:
        self.root, self.workers = root, workers
        self.ingest = IngestConfig(root=root.uri, corpus="c", source=str(source), shard_files=8)
        self.prepare = PrepareConfig(root=root.uri, corpus="c")
        self.whole = contents(root)

    def make(self) -> tuple[int, bool]:
        """Ingest, report and prepare; return the shards extracted, and whether it reported."""
        dataset, extracted = ingest(self.root, self.ingest, self.workers)
        reported = report(self.root, "c", dataset)
        prepare(self.root, self.prepare)
        return extracted, reported


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, workers: Workers) -> Path:
    """Return a folder with a source, `midi`, and a prepared corpus of it in `root`."""
    folder = tmp_path_factory.mktemp("made")
    root = Root.open(str(folder / "root"))
    Place(root, fill(folder / "midi", FILES), workers).make()
    return folder


@pytest.fixture
def place(made: Path, root: Root, workers: Workers) -> Place:
    """Return a copy of that corpus."""
    shutil.copytree(made / "root", root.base, dirs_exist_ok=True)
    return Place(root, made / "midi", workers)


def delete(root: Root, path: str) -> None:
    root.delete(path)


def cut(root: Root, path: str) -> None:
    root.write_bytes(path, root.read_bytes(path)[:-7])


def empty(root: Root, path: str) -> None:
    root.write_bytes(path, b"")


EXTRACTED = {  # path -> shards that must be extracted to make it again
    "raw/c/shard-00001.parquet": 0,
    "notes/c/shard-00000.parquet": 1,
    "notes/c/shard-00002.parquet": 1,
    "files/c/shard-00001.parquet": 1,
    "families/c/families.parquet": 0,
    "sequences/c/factored/train.parquet": 0,
    "sequences/c/factored/test.parquet": 0,
    "songs/c/factored/songs.parquet": 0,
    "vocabularies/c/factored/vocabulary.json": 0,
    "statistics/c/quality.parquet": 0,
    "quality/c/report.html": 0,
}


@pytest.mark.parametrize("path", EXTRACTED)
@pytest.mark.parametrize("harm", [delete, cut, empty])
def test_what_is_missing_is_made_again_and_nothing_else(place: Place, path, harm) -> None:
    harm(place.root, path)
    extracted, reported = place.make()
    assert contents(place.root) == place.whole
    assert extracted == EXTRACTED[path]
    assert reported == path.startswith(("statistics", "quality"))


def test_many_lost_files_at_once(place: Place) -> None:
    for path in (*EXTRACTED, "notes/c/shard-00001.parquet"):
        place.root.delete(path)
    assert place.make() == (SHARDS, True)
    assert contents(place.root) == place.whole


@pytest.mark.parametrize("path", [p for p in EXTRACTED if p.startswith(("notes", "files", "fam"))])
@pytest.mark.parametrize("harm", [delete, cut])
def test_prepare_says_which_file_is_lost_and_what_makes_it_again(
    place: Place, path: str, harm
) -> None:
    harm(place.root, path)
    with pytest.raises(CorpusError) as caught:
        prepare(place.root, place.prepare)
    line = str(caught.value)
    assert line.startswith(f"{place.root.display_path(path)} of corpus c is missing or cut short: ")
    assert f"--corpus c --source {place.ingest.source}`" in line
    assert "\n" not in line
    place.make()
    assert contents(place.root) == place.whole


def damage(root: Root, path: str) -> None:
    """Turn bytes within a file: its size stays."""
    content = bytearray(root.read_bytes(path))
    content[-40:] = bytes(40)
    root.write_bytes(path, bytes(content))


def use(place: Place, path: str) -> None:
    """Do what reads this file."""
    if path.startswith("sequences"):
        PreparedCorpus(place.root, "c", "factored", Path(place.root.base, ".cache")).split("train")
    elif path.startswith("raw"):
        place.root.delete("notes/c/shard-00001.parquet")
        place.make()
    elif path.startswith("notes"):
        list(songs_of_shard(place.root, "c", "shard-00000.parquet"))
    else:
        prepare(place.root, place.prepare)


@pytest.mark.parametrize(
    "path",
    [
        "raw/c/shard-00001.parquet",
        "notes/c/shard-00000.parquet",
        "files/c/shard-00001.parquet",
        "families/c/families.parquet",
        "sequences/c/factored/train.parquet",
    ],
)
def test_damaged_bytes_are_called_damaged_and_doing_what_is_said_mends_them(
    place: Place, path: str
) -> None:
    damage(place.root, path)
    with pytest.raises(CorpusError) as caught:
        use(place, path)
    line = str(caught.value)
    assert line.startswith(
        f"{place.root.display_path(path)} is damaged: delete it, then run `nocturne "
    )
    assert "\n" not in line
    place.root.delete(path)
    place.make()
    assert contents(place.root) == place.whole


def replace_table(root: Root, path: str) -> None:
    """Put a whole Parquet file of other columns in a file's place."""
    root.write_table(path, pa.table({"x": [1, 2]}))


def change_types(root: Root, path: str) -> None:
    """Turn every column into text."""
    table = root.read_table(path)
    columns = {name: pa.array(map(str, table[name].to_pylist())) for name in table.column_names}
    root.write_table(path, pa.table(columns))


def lose_values(root: Root, path: str) -> None:
    """Leave the rows and types of a file and no value."""
    table = root.read_table(path)
    empty = [pa.nulls(len(table), field.type) for field in table.schema]
    root.write_table(path, pa.table(empty, names=table.column_names))


READERS = {
    "notes/c/shard-00000.parquet": lambda p: list(songs_of_shard(p.root, "c", SHARD)),
    "notes/c/shard-00000.parquet of pitches": lambda p: quality_table(p.root, "c"),
    "files/c/shard-00001.parquet": lambda p: accepted_songs(p.root, "c", 1),
    "files/c/shard-00001.parquet of all": lambda p: quality_table(p.root, "c"),
    "sequences/c/factored/train.parquet": lambda p: PreparedCorpus(
        p.root, "c", "factored", Path(p.root.base, ".cache")
    ).split("train"),
}
SHARD = "shard-00000.parquet"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("harm", [replace_table, change_types, lose_values])
def test_a_table_of_another_kind_is_called_damaged(place: Place, reader: str, harm) -> None:
    path = reader.partition(" ")[0]
    harm(place.root, path)
    with pytest.raises(CorpusError) as caught:
        READERS[reader](place)
    line = str(caught.value)
    assert line.startswith(f"{place.root.display_path(path)} is damaged: ")
    assert "delete it, then run `nocturne " in line
    assert "\n" not in line


@pytest.mark.parametrize("path", ["families/c/families.parquet", "songs/c/factored/songs.parquet"])
def test_a_table_without_its_columns_is_called_damaged(place: Place, path: str) -> None:
    replace_table(place.root, path)
    with pytest.raises(CorpusError, match=r"is damaged: it has no .*song_id"):
        if path.startswith("families"):
            families_of(place.root, "c")
        else:
            song_splits(place.root, "c", "factored")


def test_damaged_notes_of_another_shard_are_named_when_one_is_made_again(place: Place) -> None:
    path = f"notes/c/{SHARD}"
    place.root.write_bytes(path, b"text " * (place.root.size(path) // 5 + 1))
    content = place.root.read_bytes(path)[: len(place.whole[path])]
    place.root.write_bytes(path, content)  # as long as it was, so no listing tells
    place.root.delete("notes/c/shard-00001.parquet")
    with pytest.raises(CorpusError, match="is damaged: delete it, then ingest again"):
        place.make()
    place.root.delete(path)
    place.make()
    assert contents(place.root) == place.whole


MARKERS = ("corpora/c/raw.json", "corpora/c/notes.json", "corpora/c/sequences-factored.json")
BAD = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "unknown field": lambda content: content.replace(b"{", b'{"colour": "red",', 1),
    "wrong type": lambda content: content.replace(
        b'"fingerprint": "', b'"fingerprint": 7, "x": "', 1
    ),
    "no UTF-8": lambda content: b"\xff\xfe" + content,
    "a list": lambda _: b"[]",
}


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("harm", BAD)
def test_a_bad_marker_is_one_line_and_doing_what_it_says_mends_it(
    place: Place, marker: str, harm: str
) -> None:
    place.root.write_bytes(marker, BAD[harm](place.root.read_bytes(marker)))
    with pytest.raises(CorpusError) as caught:
        place.make()
    line = str(caught.value)
    assert line.startswith(place.root.display_path(marker))
    assert "delete it, then " in line
    assert "\n" not in line
    place.root.delete(marker)
    place.make()
    assert contents(place.root) == place.whole


@pytest.mark.parametrize(
    "path", ["vocabularies/c/factored/vocabulary.json", "corpora/c/quality.json"]
)
@pytest.mark.parametrize("harm", BAD)
def test_what_the_next_run_writes_anyway_needs_no_one(place: Place, path: str, harm: str) -> None:
    place.root.write_bytes(path, BAD[harm](place.root.read_bytes(path)))
    place.make()
    assert contents(place.root) == place.whole


def test_what_a_kill_left_is_cleared_by_the_next_run(place: Place) -> None:
    fingerprint = place.root.read_json("corpora/c/notes.json")["fingerprint"]
    folders = ("raw/c", "notes/c", "files/c", "families/c", "corpora/c", "sequences/c/factored")
    staged = (f"notes-{fingerprint}", "notes-of-another-plan", "raw-other", "files-replaced-1")
    for folder in (*folders, *(f"staging/c/{name}" for name in staged)):
        for name in (".tmp-0123", "shard-00009.parquet"):
            if folder != "corpora/c" or name.startswith("."):
                place.root.write_bytes(f"{folder}/{name}", b"half")
    place.make()
    assert contents(place.root) == place.whole
