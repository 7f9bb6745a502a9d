"""Every command prints one JSON document with --json, also for errors, and nothing else there."""

import errno
import io
import json
import sys
from typing import Any

import pytest

from nocturne.flows.cli.commands import app, run
from nocturne.flows.cli.root_commands import models
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import add_card, add_model
from tests.tasks.samples.runs_for_tests import write_run


@pytest.fixture
def used(root: Root) -> Root:
    """Return a root with a corpus, a champion, a damaged model and a run of samples."""
    write_corpus(root, random_shards(3), "songs", source="folk")
    add_model(root, "best")
    add_card(root, "other")
    promote(root, "best", "")
    root.write_bytes("models/bad/card.json", b"{")
    write_run(root, 1, audio=False)
    return root


def printed(command: str, root: Root, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = run([*command.split(), "--root", root.uri, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("command", "keys"),
    [
        ("models", {"models", "problems"}),
        ("corpora", {"corpora"}),
        ("runs", {"samples", "nights", "problems"}),
        ("usage", {"root", "kinds", "files", "bytes"}),
        ("prime", {"root", "primes", "problems"}),
        ("tidy --dry-run", {"root", "dry_run", "removed", "stays"}),
        ("promote other --dry-run", {"flow", "root", "stages", "seconds"}),
        ("ingest --dry-run --corpus new --source folk", {"flow", "root", "stages", "seconds"}),
        ("delete model other --dry-run", {"root", "dry_run", "removed", "stays"}),
    ],
)
def test_the_result_is_one_document(
    command: str, keys: set[str], used: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = printed(command, used, capsys)
    assert code == 0
    assert list(document) == ["result"]
    assert set(document["result"]) == keys


def test_values_are_plain(used: Root, capsys: pytest.CaptureFixture[str]) -> None:
    rows = printed("models", used, capsys)[1]["result"]["models"]
    best = next(row for row in rows if row["model_id"] == "best")
    assert (best["champion"], best["bits_per_note"], best["corpus"]) == (True, 1.0, "folk")
    assert "is damaged" in next(row["damage"] for row in rows if row["model_id"] == "bad")
    (corpus,) = printed("corpora", used, capsys)[1]["result"]["corpora"]
    assert (corpus["corpus"], corpus["source"], corpus["prepared"]) == ("songs", "folk", [])
    (made,) = printed("runs", used, capsys)[1]["result"]["samples"]
    assert (made["samples"], made["seed"]) == (1, 7)
    usage = printed("usage", used, capsys)[1]["result"]
    assert usage["bytes"] == sum(int(info.size) for info in used.all_files(""))
    assert {row["kind"] for row in usage["kinds"]} >= {"models", "samples", "models/champions"}


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("models --rot x", 2, "Unknown option"),
        ("generate --samples 0", 2, "--samples 0"),
        ("generate --model nope", 1, "no model nope"),
        ("delete model best", 1, "model best stays: it is the champion of folk (factored)"),
        ("promote nope --dry-run", 1, "no model nope"),
    ],
)
def test_an_error_is_one_document_too(
    command: str, code: int, message: str, used: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    found, document = printed(command, used, capsys)
    assert found == code
    assert list(document) == ["error"]
    assert document["error"]["exit_code"] == code
    assert message in document["error"]["message"]


@pytest.mark.parametrize("words", [["--r\udce9"], ["\udce9"], ["models", "--root", "a\n\udce9"]])
def test_any_text_can_be_part_of_an_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--json"]) == 2
    printed = capsys.readouterr()
    assert "\\xe9" in json.loads(printed.out)["error"]["message"]
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("can't start new thread"),
        ImportError("libx.so: failed to map segment from shared object"),
    ],
)
def test_too_little_memory_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_uri: str) -> None:
        raise error

    monkeypatch.setattr(models, "list_models", fails)
    assert run(["models"]) == 1
    line = capsys.readouterr().err
    assert line.startswith("nocturne: there is too little memory: ")
    assert line.count("\n") == 1


def test_any_other_error_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "list_models", lambda _uri: [].pop())
    with pytest.raises(IndexError):
        run(["models"])


def test_names_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "--root", ":bug:"]) == 1
    assert ":bug:" in capsys.readouterr().err


class Full(io.StringIO):
    """A stream to a file on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_stream_on_a_full_disk_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Full())
    assert run(["programs", "--json"]) == 1
    assert run(["models", "--root", "gone"]) == 1


def test_the_variable_asks_for_json_too(
    used: Root, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NOCTURNE_JSON", "1")
    assert run(["usage", "--root", used.uri]) == 0
    assert "result" in json.loads(capsys.readouterr().out)
    assert run(["programs"]) == 0
    assert json.loads(capsys.readouterr().out)["result"][73] == {"program": 73, "name": "Flute"}


def test_every_command_takes_json(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [[name] for name in app if not name.startswith("-") and name != "delete"]
    commands += [["delete", name] for name in app["delete"] if not name.startswith("-")]
    assert len(commands) >= 16
    for command in commands:
        assert run([*command, "--help"]) == 0
        assert "--json" in capsys.readouterr().out, command
