"""Storage roots: local folders, file URIs, and what goes wrong with them."""

import multiprocessing
from pathlib import Path

import pyarrow as pa
import pytest

from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.root import Root


def test_a_path_and_its_uri_are_the_same_root(tmp_path: Path) -> None:
    Root.open(str(tmp_path)).write_json("a/b.json", {"x": [1, 2]})
    assert Root.open(tmp_path.as_uri()).read_json("a/b.json") == {"x": [1, 2]}
    assert Root.open(tmp_path.as_uri()).display_path("a") == str(tmp_path / "a")


def test_files_are_listed_sorted_by_relative_path(root: Root) -> None:
    for name in ("b/2.txt", "b/10.txt", "b/c/1.txt", "b/1.json"):
        root.write_bytes(name, b"")
    assert root.files("b") == ["b/1.json", "b/10.txt", "b/2.txt"]
    assert root.files("b", ".txt", recursive=True) == ["b/10.txt", "b/2.txt", "b/c/1.txt"]
    assert root.folders("b") == ["c"]
    assert root.files("none") == root.folders("none") == []


def test_a_table_comes_back_as_written(root: Root) -> None:
    table = pa.table({"x": pa.array([1, 2], pa.int16()), "y": ["a", None]})
    root.write_table("t.parquet", table)
    assert root.read_table("t.parquet").equals(table)
    assert root.read_table("t.parquet", columns=["y"]).column_names == ["y"]


def test_a_failed_write_leaves_the_old_file_and_nothing_aside(root: Root) -> None:
    root.write_bytes("f", b"old")
    with pytest.raises(RuntimeError), root.writing("f") as stream:
        stream.write(b"new")
        raise RuntimeError
    assert root.read_bytes("f") == b"old"
    assert [path.name for path in Path(root.base).iterdir()] == ["f"]


def test_a_missing_file_is_file_not_found(root: Root) -> None:
    for read in (root.read_bytes, root.read_json, root.read_table, root.size):
        with pytest.raises(FileNotFoundError):
            read("missing")


def test_delete_takes_files_and_folders_and_nothing(root: Root) -> None:
    root.write_bytes("a/b", b"")
    root.write_bytes("c", b"xyz")
    assert root.size("c") == 3
    for path in ("a", "c", "none"):
        root.delete(path)
        assert not root.exists(path)


def test_a_file_moves_in_place_of_another(root: Root) -> None:
    root.write_bytes("a/old", b"x")
    root.write_bytes("new", b"y")
    root.move("a/old", "new")
    assert root.read_bytes("new") == b"x"
    assert not root.exists("a/old")
    with pytest.raises(FileNotFoundError):
        root.move("a/old", "new")


def test_a_file_is_read_in_parts(root: Root) -> None:
    root.write_bytes("f", b"abcdef")
    with root.reading("f") as stream:
        stream.seek(2)
        assert (stream.read(3), stream.tell()) == (b"cde", 5)
    with pytest.raises(FileNotFoundError), root.reading("none"):
        pass


def _append(uri: str, line: bytes) -> None:
    root = Root.open(uri)
    for _ in range(20):
        root.update("deep/log", lambda before: (before or b"") + line)


def test_updates_of_several_processes_are_all_kept(root: Root) -> None:
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_append, args=(root.uri, line)) for line in (b"a\n", b"b\n")]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert sorted(root.read_bytes("deep/log").split()) == [b"a"] * 20 + [b"b"] * 20


def test_an_update_that_fails_leaves_the_file(root: Root) -> None:
    root.write_bytes("f", b"old")
    with pytest.raises(ZeroDivisionError):
        root.update("f", lambda before: bytes(1 // 0))
    assert root.update("f", lambda before: (before or b"") + b"!") == b"old!"


def test_a_missing_root_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no storage root at .*new"):
        Root.open(str(tmp_path / "new"), create=False)
    assert Root.open(str(tmp_path / "new")).files("") == []


@pytest.mark.parametrize("uri", ["/proc/nocturne", "nonsense://x/y", "{file}"])
def test_an_impossible_root_is_one_clear_line(uri: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot open storage root") as caught:
        Root.open(uri.format(file=tmp_path / "file"))
    assert "\n" not in str(caught.value)


def test_a_full_disk_is_one_clear_line(root: Root) -> None:
    with pytest.raises(StorageError, match="No space left on device"), root.writing("f"):
        raise OSError(28, "No space left on device")
    assert not root.exists("f")
