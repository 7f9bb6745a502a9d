"""A MIDI file says how it was made, and is made again byte for byte from its model."""

import json
import shlex
from pathlib import Path
from typing import Any

import pretty_midi
import pytest

from nocturne.flows.cli import commands
from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.errors import ModelError, SamplesError
from nocturne.tasks.music.midi.writer import to_midi
from nocturne.tasks.samples import build_samples
from nocturne.tasks.samples.provenance.check_file import check_file
from nocturne.tasks.samples.provenance.read import read_file, read_provenance
from nocturne.tasks.storage.root import Root
from tests.tasks.music.notes_for_tests import scale
from tests.tasks.samples.model_for_tests import save_tiny_model

ASKED = {"samples": 3, "notes": 9, "seed": 3, "tempo": 97.5, "temperature": 1.1, "audio": "none"}
LAST = "00002.mid"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, Path]:
    """A root with a model, and the folder of a run of three samples."""
    root = Root.open(str(tmp_path_factory.mktemp("made") / "root"))
    save_tiny_model(root)
    return root, Path(build_samples(root, GenerateConfig(root=root.uri, **ASKED)).folder)


def changed(content: bytes, path: Path) -> bytes:
    """The file as a program writes it in which a person has changed the last note."""
    path.write_bytes(content)
    midi = pretty_midi.PrettyMIDI(str(path))
    midi.instruments[0].notes[-1].pitch ^= 1
    midi.write(str(path))
    return path.read_bytes()


def test_a_file_says_how_it_was_made(made: tuple[Root, Path]) -> None:
    said = read_provenance(read_file(str(made[1] / LAST)), "a.mid")
    assert (said.model_id, said.seed, said.index, said.origin.corpus) == ("folk-tiny", 3, 2, "folk")
    assert said.settings.items() >= {"notes": 9, "tempo": 97.5, "temperature": 1.1}.items()


def test_the_command_makes_it_again(
    made: tuple[Root, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (made[1] / LAST).read_bytes()
    asked: list[Any] = []
    monkeypatch.setattr(commands, "_run", lambda _flow, config, _output: asked.append(config))
    words = shlex.split(read_provenance(content, "a.mid").command)
    assert words[0] == "nocturne"
    assert commands.run(words[1:]) == 0
    other = Root.open(str(tmp_path / "other"))
    save_tiny_model(other)
    config = asked[0].copy_with(root=other.uri, audio="none")
    assert (Path(build_samples(other, config).folder) / LAST).read_bytes() == content


def test_every_file_of_a_run_is_made_again_alone(made: tuple[Root, Path]) -> None:
    for path in sorted(made[1].glob("*.mid"))[::2]:
        found = check_file(made[0], path.read_bytes(), path.name)
        assert (found.agrees, found.outcome) == (True, "every byte is as it is made again")


def test_a_file_of_another_version_keeps_its_texts(made: tuple[Root, Path]) -> None:
    content = (made[1] / LAST).read_bytes()
    version = b"Nocturne: " + read_provenance(content, "").origin.version.encode()
    earlier = content.replace(version, b"Nocturne: 0.0.9")
    assert earlier != content
    assert check_file(made[0], earlier, "a.mid").agrees


def test_a_changed_note_and_a_changed_text_are_told_apart(
    made: tuple[Root, Path], tmp_path: Path
) -> None:
    content = (made[1] / LAST).read_bytes()
    found = check_file(made[0], changed(content, tmp_path / "a.mid"), "a.mid")
    assert (found.agrees, found.outcome.partition(":")[0]) == (False, "the notes do not agree")
    other = content.replace(b"licence: Public", b"licence: Secret")
    found = check_file(made[0], other, "a.mid")
    expected = "the notes agree, other bytes do not"
    assert (found.agrees, found.outcome.partition(":")[0]) == (False, expected)


def test_a_root_without_the_model_is_one_line(made: tuple[Root, Path], root: Root) -> None:
    with pytest.raises(ModelError, match="folk-tiny"):
        check_file(root, (made[1] / LAST).read_bytes(), "a.mid")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no MIDI file that can be read"),
        (to_midi(scale(4), tempo=120, program=0, name="x"), "does not say how it was made"),
        (b"RIFF", "is no MIDI file that can be read"),
    ],
)
def test_other_files_are_one_line(content: bytes, words: str) -> None:
    with pytest.raises(SamplesError, match=words) as caught:
        read_provenance(content, "a.mid")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [(b"seed: 3", b"seed: x"), (b"settings: {", b"settings: ]")])
def test_texts_that_do_not_read_are_one_line(
    made: tuple[Root, Path], change: tuple[bytes, bytes]
) -> None:
    content = (made[1] / LAST).read_bytes()
    with pytest.raises(SamplesError, match=r"a\.mid is damaged"):
        read_provenance(content.replace(*change), "a.mid")


def test_a_setting_that_this_version_does_not_know_is_named(made: tuple[Root, Path]) -> None:
    content = (made[1] / LAST).read_bytes().replace(b'"tempo"', b'"tempi"')
    with pytest.raises(SamplesError, match=r"was made with tempi by Nocturne"):
        check_file(made[0], content, "a.mid")


def test_the_commands_print_it_and_exit_by_it(
    made: tuple[Root, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, path = made[0], made[1] / LAST
    assert commands.run(["explain", str(path)]) == 0
    assert "again with    nocturne generate --model folk-tiny" in capsys.readouterr().out
    assert commands.run(["explain", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["index"] == 2
    assert commands.run(["verify", str(path), "--root", root.uri]) == 0
    assert "every byte is as it is made again" in capsys.readouterr().out
    other = tmp_path / "other.mid"
    other.write_bytes(path.read_bytes() + b"\0")
    assert commands.run(["verify", str(other), "--root", root.uri, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["result"]["agrees"] is False
    assert commands.run(["explain", str(tmp_path / "missing.mid")]) == 1
    assert "No such file" in capsys.readouterr().err
