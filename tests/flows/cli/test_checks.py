"""What is wrong with a command is reported before a Prefect server starts."""

from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import add_model


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def starts(*, json: bool) -> None:
        raise AssertionError("a server would start")

    monkeypatch.setattr("nocturne.flows.cli.commands.flow_on_terminal", starts)


@pytest.fixture
def place(root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Root:
    """Return a root with one model, in a working folder with an empty one and a text."""
    add_model(root, "folk-1", corpus="folk")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    return root


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("ingest --source ./nowhere", "no folder or archive nowhere"),
        ("ingest --source ./empty", "holds no files"),
        ("ingest --source ~nosuchuser/songs", "no folder or archive ~nosuchuser/songs"),
        ("ingest --source ftp://host/a.zip", "only http:// and https:// are downloaded"),
        ("ingest --source http://", "is not an address"),
        ("ingest --source lakh-clean --source-url http:///x", "is not an address"),
        ("ingest --source folk --source-url http://host/x", "a source URL is a mirror of lakh-*"),
        ("compose --source ./nowhere", "no folder or archive nowhere"),
        ("compose --source folk --init-from latest --corpus nope", "no model of nope"),
        ("compose --source folk --init-from nope", "no model nope"),
        ("prepare", "there is no corpus"),
        ("prepare --corpus nope", "unknown or unfinished corpus nope"),
        ("train", "there is no corpus"),
        ("train --corpus nope", "nope is not prepared"),
        ("generate --model nope", "no model nope"),
        ("generate --corpus nope", "no champion of nope"),
        ("generate --model folk-1 --ending", "has not learned where songs end"),
        ("generate --run nope", "nope is no id of a run"),
        ("generate --run folk-1-seed1-01234567", "folk-1-seed1-01234567"),
        ("generate --model folk-1 --prime nope.mid", "no prime nope.mid on this machine or in"),
        ("generate --model folk-1 --prime ./file", "not a MIDI file: it begins like another kind"),
        ("generate --model folk-1 --random-input prime", "needs a song: name it with --prime FILE"),
        ("generate --model folk-1 --keep-prime", "--keep-prime needs a song"),
        ("compose --source folk --prime nope.mid", "no prime nope.mid on this machine or in"),
        ("prime nope.mid", "no prime nope.mid on this machine or in"),
        ("delete prime nope.mid", "no prime nope.mid under"),
        ("promote nope", "no model nope"),
        ("promote --rollback", "no earlier champion"),
        ("generate --root ~nosuchuser/data", "there is no user nosuchuser with a home folder"),
        ("promote --root ./typo", "no storage root at ./typo"),
        ("ingest --source folk --root ./file", "storage root ./file: Not a directory"),
    ],
)
def test_a_mistake_is_reported_before_a_server_starts(
    command: str, message: str, place: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    at_root = [] if "--root" in command else ["--root", place.uri]
    assert run([*command.split(), *at_root]) == 1
    captured = capsys.readouterr().err
    assert captured.startswith("nocturne: ")
    assert message in captured
    assert captured.count("\n") == 1


@pytest.mark.parametrize("command", ["ingest", "compose"])
def test_another_source_of_a_corpus_is_reported_before_a_server_starts(
    command: str, place: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(place, random_shards(3), "songs", source="folk")
    asked = [command, "--source", "lakh-clean", "--corpus", "songs", "--root", place.uri]
    assert run(asked) == 1
    assert "songs was made from folk, not from lakh-clean" in capsys.readouterr().err
    with pytest.raises(AssertionError, match="a server would start"):
        run([*asked, "--replace"])


def test_a_command_that_can_work_goes_on_to_the_server(place: Root) -> None:
    for command in ("ingest --source folk", "generate --model folk-1", "promote folk-1"):
        with pytest.raises(AssertionError, match="a server would start"):
            run([*command.split(), "--root", place.uri])


@pytest.mark.parametrize("command", ["promote folk-1", "generate --model folk-1"])
def test_a_read_only_root_is_reported(
    command: str,
    place: Root,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # for root, permissions are none
    assert run([*command.split(), "--root", place.uri]) == 1
    assert "is read-only to this user" in capsys.readouterr().err
