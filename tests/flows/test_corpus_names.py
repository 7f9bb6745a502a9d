"""A corpus that is not named, from the command line: what it is called, and what is refused."""

from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from tests.tasks.corpus.corpora_for_tests import fill, songs

pytestmark = pytest.mark.usefixtures("prefect_server", "quiet_logging")


def fails(arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must fail; return its one line."""
    assert run(arguments.split()) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("nocturne:")]
    (line,) = lines
    return line


def test_from_source_to_sequences_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "My_MIDI", songs(12))
    assert "there is no corpus under" in fails("prepare --root .", capsys)

    assert run(["ingest", "--source", "My_MIDI"]) == 0
    assert "Corpus my_midi\n" in capsys.readouterr().out
    assert run(["prepare"]) == 0
    assert "Sequences" in capsys.readouterr().out
    assert "corpus nope" in fails("train --corpus nope", capsys)

    fill(tmp_path / "other", songs(12, 50))
    line = fails("ingest --source other --corpus my_midi", capsys)
    assert "corpus my_midi was made from My_MIDI, not from other: " in line
    line = fails("compose --source folk --corpus my_midi", capsys)
    assert "not from folk: " in line

    assert run(["ingest", "--source", str(tmp_path / "other")]) == 0
    assert "Corpus other\n" in capsys.readouterr().out
    assert "add --corpus with one of my_midi, other" in fails("prepare", capsys)

    fill(tmp_path / "other", songs(2, 50))
    assert "corpus other has 12 songs" in fails("ingest --source other", capsys)
    assert run(["ingest", "--source", "other", "--allow-shrink"]) == 0
