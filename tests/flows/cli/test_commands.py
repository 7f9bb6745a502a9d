"""The command line: its flags are the configs' fields, and wrong input is one clear line."""

import pytest

from nocturne.flows.cli.commands import app, run
from nocturne.schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    RetrainConfig,
    TidyConfig,
    TrainConfig,
)

CONFIGS = {
    "compose": ComposeConfig,
    "ingest": IngestConfig,
    "prepare": PrepareConfig,
    "train": TrainConfig,
    "retrain": RetrainConfig,
    "generate": GenerateConfig,
    "tidy": TidyConfig,
}


@pytest.mark.parametrize("command", CONFIGS)
def test_help_shows_every_field_of_the_config(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == 0
    page = capsys.readouterr().out
    for name, field in CONFIGS[command].model_fields.items():
        assert f"--{name.replace('_', '-')}" in page
        assert field.description.split()[0] in page


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("generate --temperature 9", "--temperature 9: input should be less than or equal to 4"),
        ("generate --top-p 0", "--top-p 0: input should be greater than 0"),
        ("compose --notes many", "--notes many: input should be a valid integer"),
        ("compose --samples 0", "--samples 0: input should be greater than or equal to 1"),
        ("train --preset huge", "--preset huge: input should be 'small', 'medium' or 'seed'"),
        ("prepare --corpus ../up", "--corpus ../up: a name of at most 64 letters, digits"),
        ("ingest --sorce x", "Unknown option: --sorce. Did you mean --source?"),
        ("generate --run ../up", "--run ../up: the name of a run's folder under samples"),
        ("generate --more 0", "--more 0: input should be greater than or equal to 1"),
        ("sing", 'Unknown command "sing"'),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"nocturne: {line}")
    assert captured.err.count("\n") == 1


def test_environment_variables_set_flags_and_flags_win(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NOCTURNE_TEMPERATURE", "9")
    monkeypatch.setenv("NOCTURNE_SAMPLES", "0")
    assert run(["generate", "--samples", "1"]) == 2
    assert "NOCTURNE_TEMPERATURE 9: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "variables", "config"),
    [
        ("generate", {}, GenerateConfig(seed=None)),
        ("generate --seed 7", {"SEED": "8"}, GenerateConfig(seed=7)),
        ("generate --seed=", {}, GenerateConfig(seed=None)),
        ("generate --seed= --program=", {"SEED": "8", "PROGRAM": "5"}, GenerateConfig()),
        ("generate", {"SEED": "", "PROGRAM": "", "SAMPLES": ""}, GenerateConfig()),
        ("generate", {"SEED": "8", "MORE": "4"}, GenerateConfig(seed=8, more=4)),
        ("generate --program flute", {"PROGRAM": "oboe"}, GenerateConfig(program=73)),
        ("generate", {"PROGRAM": "Acoustic Grand Piano"}, GenerateConfig(program=0)),
        ("compose --program 127", {}, ComposeConfig(program=127)),
        ("generate --run m-seed1-0 --more 4", {}, GenerateConfig(run="m-seed1-0", more=4)),
        ("train", {"SEED": ""}, TrainConfig(seed=0)),
        ("compose", {"SEED": ""}, ComposeConfig(seed=None)),
        ("compose", {"SEED": "3"}, ComposeConfig(seed=3)),
    ],
)
def test_an_empty_flag_or_variable_leaves_a_field_empty(
    command: str, variables: dict[str, str], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"NOCTURNE_{name}", value)
    asked: list[Config] = []
    monkeypatch.setattr(
        "nocturne.flows.cli.commands._run", lambda flow, config, output: asked.append(config)
    )
    assert run(command.split()) == 0
    assert asked == [config]


@pytest.mark.parametrize("command", ["generate", "compose"])
@pytest.mark.parametrize("program", ["128", "-1", "fluite", "piano"])
def test_a_wrong_instrument_is_one_line(
    command: str, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, f"--program={program}"]) == 2
    error = capsys.readouterr().err
    assert f"--program {program}: " in error
    assert "0 to 127" in error or "instrument" in error


def test_the_instruments_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["programs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 128
    assert lines[73].split(None, 1) == ["73", "Flute"]


def test_every_command_has_a_line_of_help() -> None:
    for command in CONFIGS:
        assert app[command].help
