"""The command line on a system that lacks what Linux alone has, and on one that it refuses."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.storage.root import Root
from tests.integration.nocturne import PROJECT, environment, nocturne

pytestmark = pytest.mark.integration
NO_FCNTL = "import sys; sys.modules['fcntl'] = None; sys.argv = ['nocturne', 'ingest']\n"


def test_real_files_are_ingested_without_what_linux_alone_has(
    shared_midi: Path, tmp_path: Path
) -> None:
    source = tmp_path / "midi"
    source.mkdir()
    for path in sorted((shared_midi / "chorales").rglob("*.mid"))[:5]:
        shutil.copy(path, source)
    ended = nocturne(
        tmp_path,
        *("ingest", "--source", str(source), "--root", str(tmp_path / "root")),
        PYTHONPATH=str(PROJECT / "tests/platform"),
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert note_dataset(Root.open(str(tmp_path / "root")), "midi").counts.accepted == 5


@pytest.mark.parametrize(
    "entry", ["from nocturne.flows.cli.commands import main; main()", "import deploy.server"]
)
def test_a_system_without_file_locks_is_refused_in_one_line(entry: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NO_FCNTL + entry],
        cwd=PROJECT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: nocturne runs on Linux and macOS, not on this system; on Windows use WSL 2\n"
    )
