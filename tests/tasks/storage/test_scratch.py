"""Local folders of remote roots: in the user's cache, one for each root however it is spelled."""

import logging
import os
import tempfile
from pathlib import Path

import pytest
from pyarrow import fs

from nocturne.schemas.errors import StorageError
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.scratch import scratch, user_cache

OPTIONS = "scheme=http&endpoint_override=127.0.0.1:9"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "tmp").mkdir()
    user_cache.cache_clear()


def _store(base: str, options: str = OPTIONS, who: str = "a:b") -> Root:
    uri = f"s3://{who}@{base}?{options}"
    return Root(uri, fs.FileSystem.from_uri(uri)[0], base)


def test_a_local_root_keeps_them_beside_its_data(root: Root) -> None:
    assert scratch(root, "checkpoints/x") == Path(root.base, ".cache/checkpoints/x")


def test_a_store_has_them_in_the_users_cache(tmp_path: Path) -> None:
    folder = scratch(_store("b/p"), "sequences")
    assert folder.is_relative_to(tmp_path / "home/.cache/nocturne")
    assert folder.is_dir()


def test_xdg_cache_home_moves_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert scratch(_store("b/p"), "x").is_relative_to(tmp_path / "xdg/nocturne")


def test_credentials_and_options_do_not_change_the_folder_and_the_endpoint_does() -> None:
    folder = scratch(_store("b/p"), "x")
    assert scratch(_store("b/p", OPTIONS + "&allow_bucket_creation=true", "c:d"), "x") == folder
    assert scratch(_store("b/q"), "x") != folder
    assert scratch(_store("b/p", OPTIONS.replace(":9", ":8")), "x") != folder


def test_without_a_writable_home_a_private_temporary_folder_takes_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "home").touch()
    with caplog.at_level(logging.WARNING):
        folder = scratch(_store("b/p"), "x")
    private = tmp_path / f"tmp/nocturne-cache-{os.getuid()}"
    assert folder.is_relative_to(private)
    assert private.stat().st_mode & 0o777 == 0o700
    assert "~/.cache is not writable" in caplog.text


def test_another_users_temporary_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    (tmp_path / f"tmp/nocturne-cache-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(StorageError, match="set XDG_CACHE_HOME"):
        scratch(_store("b/p"), "x")
