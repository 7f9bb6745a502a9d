"""A corpus that nobody names is named after its source."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from nocturne.schemas.config import (
    ComposeConfig,
    CorpusName,
    IngestConfig,
    PrepareConfig,
    RetrainConfig,
    TrainConfig,
)
from nocturne.schemas.config.corpus_name import absolute_path, corpus_name_of

NAMES = {
    "folk": "folk",
    "lakh-full": "lakh-full",
    "~/Music/My MIDI": "my-midi",
    "~/Music/My MIDI/": "my-midi",
    "songs/../Other Songs": "other-songs",
    "/data/Bach.tar.gz": "bach",
    "/data/Bach.TGZ": "bach",
    "bach v1.2.zip": "bach-v1.2",
    "file:///data/My%20Songs": "my-songs",
    "file://localhost/data/songs.tar": "songs",
    "https://example.org/x/My%20Songs.zip?token=1": "my-songs",
    "https://me:secret@example.org/": "example.org",
    "/music/.hidden": "hidden",
    "/music/Müsik": "musik",
    "/music/" + "long " * 30: ("long-" * 13)[:64].rstrip("-"),
}


@pytest.mark.parametrize(("source", "name"), NAMES.items())
def test_the_name_of_a_source(source: str, name: str) -> None:
    assert corpus_name_of(source) == name


@given(st.text(min_size=1) | st.text(string.punctuation + "aÄ音/", min_size=1))
def test_any_source_gives_a_valid_name(source: str) -> None:
    name = corpus_name_of(source)
    assert name
    assert TypeAdapter(CorpusName).validate_python(name) == name
    assert corpus_name_of(source) == name


def test_names_without_a_letter_of_ascii_differ() -> None:
    names = {corpus_name_of(source) for source in ("/m/音楽", "/m/музыка", "/", "...")}
    assert len(names) == 4
    assert all(name.startswith("corpus-") for name in names)


@pytest.mark.parametrize("config", [IngestConfig, RetrainConfig, ComposeConfig])
def test_a_config_with_a_source_names_its_corpus(config: type[IngestConfig]) -> None:
    assert config().corpus == "folk"
    for empty in ({}, {"corpus": ""}, {"corpus": None}):
        assert config.model_validate({"source": "/a/My MIDI", **empty}).corpus == "my-midi"
    assert config(source="/a/My MIDI", corpus="mine").corpus == "mine"
    with pytest.raises(ValidationError):
        config(corpus="../up")


@pytest.mark.parametrize("config", [IngestConfig, RetrainConfig, ComposeConfig, PrepareConfig])
def test_a_form_begins_with_no_name(config: type[IngestConfig]) -> None:
    """A name in the form would stay when somebody changes the source."""
    assert config.model_json_schema()["properties"]["corpus"]["default"] == ""


def test_the_stages_of_one_run_have_one_corpus() -> None:
    config = ComposeConfig(source="/a/My MIDI")
    parts = (config.subset(stage) for stage in (IngestConfig, PrepareConfig, TrainConfig))
    assert {part.corpus for part in parts} == {"my-midi"}


def test_a_stage_without_a_source_leaves_its_corpus_open() -> None:
    assert (PrepareConfig().corpus, PrepareConfig().corpus_or_any) == ("", "the only corpus")
    assert TrainConfig.model_validate({"corpus": None}).corpus == ""


def test_one_place_has_one_spelling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    here = str(tmp_path / "a b")
    spelt = ("a b", "./a b/", "~/a b", here, f"file://{here}", (tmp_path / "a b").as_uri())
    assert {absolute_path(source) for source in spelt} == {here}
