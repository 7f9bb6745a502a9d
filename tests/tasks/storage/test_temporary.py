"""Temporary folders: gone after their block, and after a kill with the next process."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from nocturne.tasks.storage import temporary
from nocturne.tasks.storage.temporary import (
    clear_abandoned,
    clear_unheld,
    temporary_folder,
    unfinished_file,
)

HOLDER = """
import sys
from nocturne.tasks.storage.temporary import (temporary_folder)
with temporary_folder() as folder:
    (folder / "part").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(temporary, "JUST_MADE_SECONDS", 0.0)
    clear_abandoned.cache_clear()


def _start() -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_a_folder_goes_with_its_block(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), temporary_folder() as folder:
        assert folder.parent == tmp_path
        (folder / "x").touch()
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_file_is_left_alone_while_it_is_written(tmp_path: Path) -> None:
    with unfinished_file(tmp_path / ".tmp-mine") as stream:
        stream.write(b"x")
        (tmp_path / ".tmp-left").touch()
        (tmp_path / "whole").touch()
        clear_unheld(tmp_path, ".tmp-*")
        assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-mine", "whole"]


def test_what_was_changed_just_now_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporary, "JUST_MADE_SECONDS", 60.0)
    (tmp_path / ".tmp-new").touch()
    clear_unheld(tmp_path, ".tmp-*")
    assert (tmp_path / ".tmp-new").exists()


def test_a_killed_process_leaves_its_folder_to_the_next_and_a_live_one_keeps_its(
    tmp_path: Path,
) -> None:
    killed, abandoned = _start()
    living, kept = _start()
    killed.kill()
    killed.communicate()
    (tmp_path / f"{temporary.PREFIX}file").touch()
    (tmp_path / f"{temporary.PREFIX}link").symlink_to("/etc")
    with temporary_folder() as folder:
        assert folder.exists()
        assert not abandoned.exists()
        assert (kept / "part").exists()
    living.communicate("")
    assert not kept.exists()
    assert os.path.exists("/etc")  # noqa: PTH110 - of a link's target
