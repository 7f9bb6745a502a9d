"""What a deployment does beside talking to the server."""

from pathlib import Path

import pytest

from deploy.deploy import write_pages


def test_it_writes_the_index_pages_of_a_root_that_is_here(tmp_path: Path) -> None:
    write_pages(str(tmp_path))
    assert {page.parent.name for page in tmp_path.glob("*/index.html")} == {
        "samples",
        "models",
        "quality",
    }


def test_a_root_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "samples").write_text("a file in the way")
    write_pages(str(tmp_path))
    output = capsys.readouterr().out
    assert output.startswith("the index pages stay as they are: cannot ")
    assert output.count("\n") == 1


def test_a_root_elsewhere_is_left_alone(tmp_path: Path) -> None:
    write_pages("s3://bucket/music")
    write_pages(str(tmp_path / "on another machine"))
    assert list(tmp_path.iterdir()) == []
