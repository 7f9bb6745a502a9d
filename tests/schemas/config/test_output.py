"""Which samples have audio: words, numbers, and the true and false of earlier versions."""

from typing import Any

import pytest
from pydantic import ValidationError

from nocturne.flows.cli import commands
from nocturne.schemas.config import GenerateConfig
from nocturne.schemas.config.sampling.output import FORMATS


@pytest.mark.parametrize(
    ("asked", "kept", "with_audio"),
    [
        ("all", "all", {0, 1, 99}),
        (True, "all", {0, 1, 99}),
        ("yes", "all", {0, 1, 99}),
        ("none", "none", set()),
        (False, "none", set()),
        ("false", "none", set()),
        (0, "none", set()),
        ("first 2", 2, {0, 1}),
        ("1", 1, {0}),
        (99, 99, {0, 1}),
    ],
)
def test_a_request_says_which_samples_have_audio(
    asked: Any, kept: Any, with_audio: set[int]
) -> None:
    config = GenerateConfig(audio=asked)
    assert (config.audio, type(config.audio)) == (kept, type(kept))
    assert {index for index in (0, 1, 99) if config.has_audio(index)} == with_audio
    assert GenerateConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize("asked", ["some", "", "-1", "1.5", 1_000_001, None, "²"])
def test_other_values_are_refused_in_one_line(asked: Any) -> None:
    with pytest.raises(ValidationError, match="give none, all, or how many of the first samples"):
        GenerateConfig(audio=asked)


def test_a_run_of_default_size_has_audio_of_every_sample() -> None:
    config = GenerateConfig()
    assert all(config.has_audio(index) for index in range(config.samples))
    assert not config.has_audio(config.samples)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("mid,ogg", "mid,ogg"),
        ("", "mid"),
        (None, "mid"),
        (".ABC, .mid", "mid,abc"),
        ("musicxml wav ogg", "mid,ogg,wav,musicxml"),
        (["abc", "ogg", "abc"], "mid,ogg,abc"),
    ],
)
def test_formats_stand_in_one_order(asked: Any, kept: str) -> None:
    config = GenerateConfig(formats=asked)
    assert config.formats == kept
    assert {name for name in FORMATS if config.has_format(name)} == set(kept.split(","))


def test_an_unknown_format_is_one_line() -> None:
    with pytest.raises(ValidationError, match="no format mp3: give mid, ogg, wav, abc, musicxml"):
        GenerateConfig(formats="mid,mp3")


def test_formats_of_before_leave_run_ids_as_they_are() -> None:
    assert "formats" not in GenerateConfig().fingerprint_fields("samples")
    assert GenerateConfig(formats="abc").fingerprint_fields("samples")["formats"] == "mid,abc"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--audio", "none"], "none"),
        (["--audio=all"], "all"),
        (["--audio", "5"], 5),
        (["--audio"], "all"),
        (["--no-audio"], "none"),
        (["--audio", "--samples", "3"], "all"),
    ],
)
def test_the_flag_takes_a_word_a_number_or_nothing(
    words: list[str], kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(commands, "_run", lambda _flow, config, _output: asked.append(config.audio))
    assert commands.run(["generate", *words]) == 0
    assert asked == [kept]
