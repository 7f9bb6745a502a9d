"""Bad input on the command line: one clear line, a non-zero exit, nothing half written."""

import shutil
import tarfile
from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run

pytestmark = pytest.mark.usefixtures("prefect_server", "quiet_logging")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _fails(arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must fail; return its one line."""
    assert run(arguments.split()) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("nocturne:")]
    (line,) = lines
    return line


def _datasets(place: Path) -> list[Path]:
    return list(place.rglob("notes.json"))


def test_a_missing_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere" in _fails("ingest --source ./nowhere", capsys)
    assert not _datasets(place)


def test_an_empty_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "songs").mkdir()
    assert "songs" in _fails("ingest --source ./songs", capsys)


def test_a_folder_without_midi(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "songs").mkdir()
    (place / "songs/readme.txt").write_text("no music here")
    assert "MIDI" in _fails("ingest --source ./songs", capsys)


def test_all_files_corrupt(
    place: Path, shared_midi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "songs").mkdir()
    (place / "songs/a.mid").write_bytes(b"MThd\0\0\0\6\0\0\0\1\0")
    (place / "songs/b.mid").write_text("<html>not found</html>")
    assert "gave notes" in _fails("ingest --source ./songs", capsys)
    assert not _datasets(place)


def test_a_truncated_archive(
    place: Path, shared_midi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tarfile.open(place / "whole.tar.gz", "w:gz") as tar:
        tar.add(shared_midi / "chorales", "chorales")
    whole = (place / "whole.tar.gz").read_bytes()
    (place / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    assert "cut.tar.gz" in _fails("ingest --source ./cut.tar.gz", capsys)
    assert not _datasets(place)


def test_a_read_only_root(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "storage root" in _fails("ingest --source folk --root /proc/nocturne", capsys)


@pytest.mark.parametrize("command", ["prepare --corpus nope", "train --corpus nope"])
def test_an_unknown_corpus(command: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "nocturne-data").mkdir()
    line = _fails(command, capsys)
    assert "nope" in line
    assert "nocturne" in line.removeprefix("nocturne:")  # it says what to run


@pytest.mark.parametrize("command", ["generate", "generate --model nope", "models"])
def test_no_model_yet(command: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "nocturne-data").mkdir()
    assert "model" in _fails(command, capsys)


@pytest.mark.parametrize("command", ["prepare", "train", "generate", "models"])
def test_a_mistyped_root_is_not_made(
    command: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no storage root at ./typo" in _fails(f"{command} --root ./typo", capsys)
    assert not list(place.iterdir())


def test_a_corpus_too_small_to_split_says_how_many_songs_are_needed(
    place: Path, shared_midi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "songs").mkdir()
    for path in sorted((shared_midi / "chorales").iterdir())[:2]:
        shutil.copy(path, place / "songs")
    assert run(["ingest", "--source", "./songs", "--corpus", "two"]) == 0
    capsys.readouterr()
    line = _fails("prepare --corpus two", capsys)
    assert "3" in line
