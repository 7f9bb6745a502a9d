"""Storage roots: local folders, file URIs, and what goes wrong with them."""

from pathlib import Path

import pyarrow as pa
import pytest

from schemas.errors import StorageError
from tasks.storage.root import Root


def test_a_path_and_its_uri_are_the_same_root(tmp_path: Path) -> None:
    Root.open(str(tmp_path)).write_json("a/b.json", {"x": [1, 2]})
    assert Root.open(tmp_path.as_uri()).read_json("a/b.json") == {"x": [1, 2]}
    assert Root.open(tmp_path.as_uri()).shown("a") == str(tmp_path / "a")


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
