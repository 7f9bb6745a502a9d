"""What a command needs of its shell."""

import os
import resource
from pathlib import Path

import pytest

from nocturne.flows.cli import surroundings
from nocturne.schemas.errors import SurroundingsError


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "127.0.0.1,localhost"),
        ("intern.example, localhost", "intern.example,localhost,127.0.0.1"),
        ("*", "*"),
    ],
)
def test_no_proxy_is_asked_for_this_machine(
    before: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "PYTHONSAFEPATH"):
        monkeypatch.setenv(name, before)
    surroundings.set_up_process()
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == after
    assert os.environ["PYTHONSAFEPATH"] == "1"


def test_a_deleted_working_folder_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    surroundings.require_working_folder()
    (tmp_path / "gone").rmdir()
    with pytest.raises(SurroundingsError, match="cd to one that is there"):
        surroundings.require_working_folder()


def test_a_limit_on_files_is_reported_with_its_size() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * 1024**2, hard))
    try:
        with pytest.raises(SurroundingsError, match=r"3\.0 MiB \(ulimit -f\)"):
            surroundings.require_room_in_files()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    surroundings.require_room_in_files()
