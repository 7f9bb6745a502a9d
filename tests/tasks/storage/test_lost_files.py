"""A published file that is lost, cut or damaged is found, said in one line and made again."""

import shutil
from pathlib import Path

import pytest

from schemas.config import IngestConfig, PrepareConfig
from schemas.errors import CorpusError
from tasks.storage.note_corpus import songs_of_shard
from tasks.storage.root import Root
from tasks.storage.sequences import load_split
from tasks.storage.workers import Workers
from tests.tasks.storage.corpora_for_tests import (
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
    assert line.startswith(f"{place.root.shown(path)} of corpus c is missing or cut short: ")
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
        load_split(place.root, "c", "factored", "train", Path(place.root.base, ".cache"))
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
    assert line.startswith(f"{place.root.shown(path)} is damaged: delete it, then run `nocturne ")
    assert "\n" not in line
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
    assert line.startswith(place.root.shown(marker))
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
