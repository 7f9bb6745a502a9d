"""The configs as forms show them."""

from typing import Any

import pytest
from prefect.utilities.schema_tools.validation import validate
from pydantic import ValidationError

from nocturne.schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
    SamplingConfig,
    TrainConfig,
)

CONFIGS = (
    ComposeConfig,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
)
BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}


@pytest.mark.parametrize("config", CONFIGS)
def test_every_field_has_a_place_of_its_own_and_the_root_comes_last(config: type[Config]) -> None:
    fields = config.model_json_schema()["properties"]
    in_order = sorted(fields, key=lambda name: fields[name]["position"])
    assert [fields[name]["position"] for name in in_order] == list(range(len(fields)))
    assert in_order[-1] == "root"


@pytest.mark.parametrize("config", CONFIGS)
def test_every_field_is_explained_and_every_number_bounded(config: type[Config]) -> None:
    for name, field in config.model_json_schema()["properties"].items():
        assert {"title", "description"} <= set(field), name
        kinds = [field, *field.get("anyOf", [])]
        if any(kind.get("type") in ("integer", "number") for kind in kinds):
            assert len({bound for kind in kinds for bound in kind if bound in BOUNDS}) == 2, name


def test_choices_are_listed() -> None:
    fields = ComposeConfig.model_json_schema()["properties"]
    chosen = {name for name, field in fields.items() if "enum" in field}
    assert chosen >= {"reader", "scheme", "preset", "executor", "random_input"}


def test_a_generation_begins_with_what_people_change() -> None:
    fields = GenerateConfig.model_json_schema()["properties"]
    in_order = sorted(fields, key=lambda name: fields[name]["position"])
    assert in_order[:7] == [*("samples", "notes", "bars", "seconds", "ending", "tempo", "program")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("samples", "MIDI files to make (at least 1, at most 1,000,000)"),
        ("top_p", "Sample from this much probability mass only (above 0, at most 1)"),
    ],
)
def test_a_number_says_its_bounds(name: str, words: str) -> None:
    assert GenerateConfig.model_json_schema()["properties"][name]["description"] == words


def test_a_number_that_may_be_left_empty_says_its_bounds_too() -> None:
    more = GenerateConfig.model_json_schema()["properties"]["more"]
    assert more["description"].endswith("(at least 1, below 1,000,000)")


@pytest.mark.parametrize("value", [None, "", 0, 127, "Flute", "flute", "fluite", 128, -1, 7.5, []])
def test_prefect_takes_an_instrument_by_number_or_name(value: object) -> None:
    properties = GenerateConfig.model_json_schema()["properties"]
    schema = {"type": "object", "properties": {"config": {"properties": properties}}}
    refused = value in (128, -1, 7.5, [])  # a misspelt name is told once the flow runs
    assert bool(validate({"config": {"program": value}}, schema)) == refused


def test_the_form_lists_the_instruments() -> None:
    program = GenerateConfig.model_json_schema()["properties"]["program"]
    assert "default" not in program
    assert program["anyOf"][0]["enum"][73] == "Flute"
    assert all(kind["title"] for kind in program["anyOf"])
    assert "0 to 127" in program["description"]


def test_a_promotion_is_named_by_what_it_does() -> None:
    assert PromoteConfig(model="m").action == "promote m"
    assert PromoteConfig(rollback=True).action == "roll the champion back"


@pytest.mark.parametrize("config", [ComposeConfig, GenerateConfig])
def test_the_seed_of_samples_may_be_left_empty_and_is_so_at_first(config: type[Config]) -> None:
    fields = config.model_json_schema()["properties"]
    seed = fields["seed"]
    assert "default" not in seed
    assert seed["type"] == "integer"
    assert seed["description"].endswith("(at least 0, below 2,147,483,648)")
    assert fields["seed"]["position"] == len(fields) - 2  # before the root


@pytest.mark.parametrize("value", [None, 0, 2**31 - 1, -1, 2**31, "x"])
def test_prefect_takes_a_seed_or_none_from_forms_and_from_runs_that_it_starts_again(
    value: object,
) -> None:
    schema = {"type": "object", "properties": {"config": GenerateConfig.model_json_schema()}}
    found = validate({"config": {"samples": 3, "seed": value}}, schema)
    assert (not found) == (value in (None, 0, 2**31 - 1))


@pytest.mark.parametrize("name", ["seed", "program", "run", "more", "corpus", "scheme"])
@pytest.mark.parametrize("empty", ["", None])
def test_what_may_be_left_empty_may_be_an_empty_text(name: str, empty: str | None) -> None:
    assert getattr(GenerateConfig.model_validate({name: empty}), name) is None


def test_composing_again_trains_the_same_model_and_makes_new_music() -> None:
    config = ComposeConfig()
    assert config.subset(TrainConfig) == TrainConfig(corpus="folk")
    assert config.subset(TrainConfig).seed == 0
    assert RetrainConfig(corpus="folk").seed == 0
    assert config.subset(SamplingConfig).seed is None
    given = config.copy_with(seed=5)
    assert given.subset(TrainConfig).seed == given.subset(SamplingConfig).seed == 5


@pytest.mark.parametrize(
    ("asked", "action"),
    [
        ({"samples": 8}, "generate 8 with champion"),
        ({"more": 4, "model": "m"}, "generate 4 more of the latest run of m"),
        ({"more": 4, "run": "m-seed1-0"}, "generate 4 more of m-seed1-0"),
        ({"run": "m-seed1-0"}, "generate what is missing of m-seed1-0"),
    ],
)
def test_a_generation_is_named_by_what_it_does(asked: dict[str, Any], action: str) -> None:
    assert GenerateConfig(**asked).action == action


def test_a_length_is_one_of_several_and_said_in_words() -> None:
    words = [
        GenerateConfig(**changes).length_words
        for changes in ({}, {"bars": 1}, {"bars": 16}, {"seconds": 7.5}, {"ending": True})
    ]
    assert words == ["256 notes", "1 bar", "16 bars", "7.5 seconds", "at most 256 notes"]
    assert GenerateConfig(bars="", seconds="").length_words == "256 notes"
    with pytest.raises(ValidationError, match="ask for bars or for seconds, not for both"):
        GenerateConfig(bars=4, seconds=9)


def test_a_length_in_notes_leaves_the_ids_of_runs_as_they_were() -> None:
    lengths = {"bars", "seconds", "ending"}
    assert not lengths & set(GenerateConfig().fingerprint_fields("samples"))
    asked = GenerateConfig(bars=4, ending=True).fingerprint_fields("samples")
    assert {name: asked[name] for name in lengths & set(asked)} == {"bars": 4, "ending": True}
