"""Every command in the README runs as written, only with less training and fewer samples."""

import hashlib
import re
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from nocturne.tasks.model.evaluation import drawn_samples
from tests.tasks.sources.http_server import Behaviour, serving

pytestmark = [pytest.mark.readme, pytest.mark.timeout(1800)]

PROJECT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMANDS = [
    line
    for block in BLOCK.findall((PROJECT / "README.md").read_text())
    for line in block.splitlines()
]
SHORTER = {
    r"--max-minutes \S+": "--max-minutes 1000",  # steps end the training: see the environment
    r"--samples \S+": "--samples 2",
    r"--preset medium": "--preset small",
    r"--notes \S+": "--notes 64",
}
SONGS = 40
SMALL_SPLITS = " --valid-share 0.02 --test-share 0.02"  # as those of the demo


def _shortened(command: str) -> str:
    for pattern, shorter in SHORTER.items():
        command = re.sub(pattern, shorter, command)
    return command


@pytest.fixture(scope="module")
def home(composed: tuple[Path, str], shared_midi: Path) -> Path:
    """Return the home folder of `make demo`, with some music and a small mirror of Lakh."""
    home = composed[0]
    music = home / "Music/midi"
    music.mkdir(parents=True)
    for path in sorted((shared_midi / "folk").iterdir())[:SONGS]:
        shutil.copy(path, music)
    for name, path in zip(("song.mid", "other.mid"), sorted(music.iterdir()), strict=False):
        shutil.copy(path, home / name)
    with tarfile.open(home / "lmd_full.tar.gz", "w:gz") as tar:
        tar.add(music, "lmd_full/0")
    return home


def test_the_readme_has_the_commands_that_it_promises() -> None:
    assert COMMANDS[:2] == ["make demo", "make test"]
    named = {line.split()[1] for line in COMMANDS if line.startswith("nocturne")}
    flows = {"compose", "ingest", "prepare", "train", "retrain", "generate", "promote", "tidy"}
    assert named == flows | {"models", "corpora", "runs", "usage", "verify", "prime"}


def test_make_test_runs_pytest() -> None:
    planned = subprocess.run(
        ["make", "-n", "test"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "-m pytest" in planned.stdout


@pytest.mark.usefixtures("prefect_server", "quiet_logging")
def test_the_commands_run_in_the_order_in_which_they_stand(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NOCTURNE_MAX_STEPS", "4")
    monkeypatch.setattr(drawn_samples, "SAMPLES", 8)
    monkeypatch.setattr(drawn_samples, "UPTAKE_SAMPLES", 8)
    mirror = (home / "lmd_full.tar.gz").read_bytes()  # Lakh itself is too large
    digest = hashlib.sha256(mirror).hexdigest()
    with serving(Behaviour(mirror)) as url:
        for line in COMMANDS:
            if "lakh-full" in line:
                line += f" --source-url {url} --source-sha256 {digest}"  # noqa: PLW2901
            if "prepare --corpus folk" in line:  # of thousands of songs, few are enough to measure
                line += SMALL_SPLITS  # noqa: PLW2901
            if "champion" in line:  # after some steps of training no model gets there by itself
                _run("nocturne promote latest")
            if line.startswith("nocturne"):
                _run(_shortened(line))
    models = (home / "nocturne-data/models").glob("*/card.json")
    assert {card.parent.name.partition("-")[0] for card in models} == {"mine", "lakh", "folk"}


def _run(command: str) -> None:
    words = [
        str(Path(word).expanduser()) if word[0] == "~" else word for word in shlex.split(command)
    ]
    assert run(words[1:]) == 0, command
