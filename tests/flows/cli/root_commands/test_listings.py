"""The listings as people see them."""

import json
from pathlib import Path

import pytest

from nocturne.flows.cli.commands import run
from nocturne.flows.cli.root_commands.tables import in_units
from nocturne.tasks.model.registry.champion import promote
from nocturne.tasks.nights.records import write_night
from nocturne.tasks.storage.root import Root
from tests.tasks.corpus.note_corpora import random_shards, write_corpus
from tests.tasks.model.tiny_models import add_card
from tests.tasks.nights.nights_for_tests import night
from tests.tasks.primes.songs_for_tests import quarters, song
from tests.tasks.samples.runs_for_tests import write_run


def lines(command: str, root: Root, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    assert run([*command.split(), "--root", root.uri]) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_corpora_with_their_songs_models_and_champions(
    root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(root, random_shards(3), "songs", source="folk")
    add_card(root, "m", corpus="songs")
    promote(root, "m", "")
    root.write_bytes("corpora/bad/notes.json", b"{")
    found = lines("corpora", root, capsys)
    assert found[0][:3] == ["corpus", "songs", "notes"]
    assert (found[1][0], found[1][-1]) == ("bad", "damaged")
    assert (found[2][0], found[2][4:6], found[2][-1]) == ("songs", ["1", "m"], "folk")


def test_runs_and_nights_the_newest_first(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    made = write_run(root, 2, audio=False)
    root.write_bytes("samples/cut-off/00000.mid", b"x")
    for number in (1, 2):
        write_night(root, night(number))
    found = lines("runs", root, capsys)
    assert [line[0] for line in found[:3]] == ["run", made.run_id, "cut-off"]
    assert found[1][2] == "2"
    assert found[3][:2] == ["night", "corpus"]
    assert found[4][0] > found[5][0] or found[4][1] >= found[5][1]
    assert len(found) == 6


def test_usage_by_kind_and_in_all(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    root.write_bytes("samples/r/00000.mid", b"x" * 1500)
    root.write_bytes(".cache/sequences/a.npy", b"x" * 900)
    root.write_bytes("notes.txt", b"x")
    found = lines("usage", root, capsys)
    assert [line[:4] for line in found[1:4]] == [
        ["samples", "1", "1.5", "kB"],
        [".cache", "1", "900", "bytes"],
        ["other", "1", "1", "bytes"],
    ]
    assert found[4][:4] == ["all", "3", "2.4", "kB"]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (2_100_000_000, "2.1 GB"),
        (999_600, "1 MB"),
    ],
)
def test_bytes_in_units(size: int, text: str) -> None:
    assert in_units(size) == text


def test_a_song_is_uploaded_and_listed_with_its_tracks(
    root: Root, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "song.mid"
    file.write_bytes(song((0, True, quarters(30)), (73, False, quarters(12))))
    uploaded = lines(f"prime {file}", root, capsys)
    assert uploaded[1][0] == "song.mid"
    assert uploaded[1][2:6] == ["12", "3", "60", "2"]
    assert uploaded[-2:] == [["1", "drums", "30"], ["2", "Flute", "12"]]
    assert lines("prime", root, capsys) == uploaded[:2]
    assert run(["prime", "--json", "--root", root.uri]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["primes"][0]["name"] == "song.mid"
