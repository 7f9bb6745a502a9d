"""Temporary folders: gone after their block, and after a kill with the next process."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tasks.storage import temporary
from tasks.storage.temporary import clear_abandoned, temporary_folder

HOLDER = """
import sys
from tasks.storage.temporary import temporary_folder
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
