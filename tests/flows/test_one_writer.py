"""A stage that another process is at work on is refused in one line, and leaves its work alone."""

from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from nocturne.tasks.storage.layout import notes_marker
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.music.smf import smf, tune
from tests.tasks.storage.locking.lock_holder import held_elsewhere

pytestmark = pytest.mark.usefixtures("prefect_server", "quiet_logging")


@pytest.mark.parametrize("stage", ["ingest", "prepare"])
def test_a_corpus_under_way_is_refused(
    root: Root, tmp_path: Path, capsys: pytest.CaptureFixture[str], stage: str
) -> None:
    songs = tmp_path / "songs"
    songs.mkdir()
    (songs / "a.mid").write_bytes(smf(tune()))
    write_corpus(root, random_shards(3), "mine", source=str(songs))
    marker = root.read_bytes(notes_marker("mine"))
    source = ["--source", str(songs)] if stage == "ingest" else []
    with held_elsewhere(root.uri, "corpus-mine") as other:
        assert run([stage, "--root", root.uri, "--corpus", "mine", *source]) == 1
        said = capsys.readouterr().err
        assert f"{stage} of corpus mine cannot start: work on corpus-mine (host" in said
        assert f"pid {other.pid}" in said
    assert root.read_bytes(notes_marker("mine")) == marker


def test_a_missing_root_is_not_made_by_a_lock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["prepare", "--root", str(tmp_path / "missing")]) == 1
    assert "no storage root" in capsys.readouterr().err
    assert not (tmp_path / "missing").exists()
