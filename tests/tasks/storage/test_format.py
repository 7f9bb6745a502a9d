"""The version of a root's layout: later ones are refused in one line, earlier ones are read."""

import json

import pytest

from nocturne.flows.cli.commands import run
from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.layout import LAYOUT
from nocturne.tasks.storage.locking.locks import corpus_writer, one_writer
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_card


def test_the_first_writer_writes_the_version(root: Root) -> None:
    with one_writer(root, "x", "a look"):
        assert not root.exists("format.json")
    with corpus_writer(root, "songs", "ingest"):
        stamp = root.read_json("format.json")
        assert stamp["layout"] == LAYOUT
        assert stamp["written_by"]
    Root.open(root.uri)


@pytest.mark.parametrize("layout", [1, LAYOUT])
def test_earlier_layouts_are_read_and_the_next_writer_raises_them(layout: int, root: Root) -> None:
    root.write_json("format.json", {"layout": layout})
    with corpus_writer(Root.open(root.uri), "songs", "ingest"):
        pass
    assert root.read_json("format.json")["layout"] == LAYOUT


@pytest.mark.parametrize("command", ["models", "tidy --dry-run", "ingest --source folk", "verify"])
def test_every_command_refuses_a_later_layout_in_one_line(
    command: str, root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    add_card(root, "m")
    root.write_json("format.json", {"layout": LAYOUT + 1, "written_by": "9.0", "new": {}})
    before = {info.path: info.mtime_ns for info in root.all_files("")}
    assert run([*command.split(), "--root", root.uri]) == 1
    error = capsys.readouterr().err
    assert f"was written by Nocturne 9.0 (layout {LAYOUT + 1})" in error
    assert "use that version" in error
    assert error.count("\n") == 1
    assert {info.path: info.mtime_ns for info in root.all_files("")} == before


@pytest.mark.parametrize("content", [b"", b"{", json.dumps({"layout": "new"}).encode()])
def test_a_damaged_version_is_one_line(content: bytes, root: Root) -> None:
    root.write_bytes("format.json", content)
    with pytest.raises(StorageError, match=r"format\.json is damaged: ") as caught:
        Root.open(root.uri)
    assert "\n" not in str(caught.value)
