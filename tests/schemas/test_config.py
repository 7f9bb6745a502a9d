"""The configs as forms show them."""

import pytest

from schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
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
    assert in_order[:4] == ["samples", "notes", "tempo", "program"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("samples", "MIDI files to make (at least 1, at most 1,000,000)"),
        ("top_p", "Sample from this much probability mass only (above 0, at most 1)"),
        ("audio", "Also render every sample as OGG"),
    ],
)
def test_a_number_says_its_bounds(name: str, words: str) -> None:
    assert GenerateConfig.model_json_schema()["properties"][name]["description"] == words


def test_a_number_that_may_be_left_empty_says_its_bounds_too() -> None:
    program = GenerateConfig.model_json_schema()["properties"]["program"]
    assert program["description"].endswith("(at least 0, at most 127)")


def test_a_promotion_is_named_by_what_it_does() -> None:
    assert PromoteConfig(model="m").action == "promote m"
    assert PromoteConfig(rollback=True).action == "roll the champion back"
