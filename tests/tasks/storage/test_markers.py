"""Every way in which a JSON marker can be bad is one line: the file, the fault, what mends it."""

import math
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from nocturne.schemas.errors import CorpusError, StorageError
from nocturne.tasks.storage.markers import find_marker, read_marker
from nocturne.tasks.storage.root import Root

PATH = "notes/tunes/dataset.json"
WHOLE = b'{"name": "tunes", "sizes": {"train": 1}}'


class Marker(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    sizes: dict[str, int]


def _read(root: Root, content: bytes, model: Any = Marker) -> Any:
    root.write_bytes(PATH, content)
    return read_marker(root, PATH, model, CorpusError, "ingest it again")


def test_a_whole_marker_is_read(root: Root) -> None:
    assert _read(root, WHOLE) == Marker(name="tunes", sizes={"train": 1})
    assert _read(root, b"[1, 2]", list[int]) == [1, 2]
    figures = _read(root, b'{"x": 0.1, "y": NaN, "z": null}', dict[str, Any])  # as json writes it
    assert (figures["x"], math.isnan(figures["y"]), figures["z"]) == (0.1, True, None)


def test_the_first_marker_that_exists_is_found(root: Root) -> None:
    paths = ["new.json", PATH]
    assert find_marker(root, paths, Marker, CorpusError, "ingest it again") is None
    root.write_bytes(PATH, WHOLE)
    found = find_marker(root, paths, Marker, CorpusError, "ingest it again")
    assert found == Marker(name="tunes", sizes={"train": 1})
    root.write_bytes("new.json", b"{")
    with pytest.raises(CorpusError, match=r"new\.json is damaged.*ingest it again"):
        find_marker(root, paths, Marker, CorpusError, "ingest it again")


def test_a_missing_marker_is_the_callers_business(root: Root) -> None:
    with pytest.raises(FileNotFoundError):
        read_marker(root, PATH, Marker, CorpusError, "ingest it again")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is damaged: it is empty; "),
        (b" \n", "is damaged: it is empty; "),
        (WHOLE[: len(WHOLE) // 2], "is damaged: invalid JSON: EOF while parsing"),
        (WHOLE + b"}", "is damaged: invalid JSON: trailing characters"),
        (b"\xff\xfe{\x00", "is damaged: invalid JSON"),
        (b'{"name": "\xe9", "sizes": {}}', "is damaged: invalid JSON"),
        (b"\x00" * 40, "is damaged: invalid JSON"),
        (b"[" * 100_000, "is damaged: invalid JSON"),
        (b"null", "is damaged: input should be an object"),
        (b"[]", "is damaged: input should be an object"),
        (b"{}", "is damaged: name: field required"),
        (WHOLE.replace(b"1", b'"a\\nb"'), "is damaged: sizes.train: input should be a valid"),
        (WHOLE.replace(b"1", b"1.5"), "is damaged: sizes.train: input should be a valid"),
        (WHOLE.replace(b"1", b"9" * 5000), "is damaged: "),
        (WHOLE[:-1] + b', "more": 1}', "is of another version of Nocturne (unknown: more): "),
        (WHOLE[:-1] + b', "a\\nb": 1}', "is of another version of Nocturne (unknown: a b): "),
        (b'{"name": 3, "sizes": {}, "more": 1}', "is damaged: name: input should be a valid str"),
    ],
)
def test_a_bad_marker_is_one_line(root: Root, content: bytes, said: str) -> None:
    with pytest.raises(CorpusError) as error:
        _read(root, content)
    line = str(error.value)
    assert line.startswith(f"{root.display_path(PATH)} {said}")
    assert line.endswith("ingest it again")
    assert "\n" not in line
    assert len(line) < len(root.display_path(PATH)) + 200


def test_a_folder_in_its_place_is_one_line(root: Root) -> None:
    root.write_bytes(f"{PATH}/inside", b"")
    with pytest.raises(StorageError, match="cannot read"):
        read_marker(root, PATH, Marker, CorpusError, "ingest it again")
