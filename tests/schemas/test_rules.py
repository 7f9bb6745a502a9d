"""Rules of text fields are said in words: by pydantic, by Prefect's API and by the form."""

import json

import pytest
from prefect.utilities.schema_tools.validation import ValidationError, validate
from pydantic import ValidationError as PydanticError

from nocturne.schemas.config import (
    ComposeConfig,
    Config,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
    TrainConfig,
)

CONFIGS = [
    ComposeConfig,
    GenerateConfig,
    IngestConfig,
    PrepareConfig,
    PromoteConfig,
    RetrainConfig,
    TrainConfig,
]
A_NAME = "a name of at most 64 letters, digits, dots, dashes and underscores"
WRONG = [
    ("corpus", "my chorales", A_NAME),
    ("corpus", ".hidden", A_NAME),
    ("corpus", "é", A_NAME),
    ("corpus", "a" * 65, A_NAME),
    ("corpus", "folk\n", A_NAME),
    ("corpus", "../folk", A_NAME),
    ("source_sha256", "zz", "a SHA-256 of 64 digits 0-9 and a-f"),
    ("source_sha256", "A" * 64, "a SHA-256 of 64 digits 0-9 and a-f"),
    ("source_sha256", "a" * 64 + "\n", "a SHA-256 of 64 digits 0-9 and a-f"),
]
RIGHT = [("corpus", "folk"), ("corpus", "My.chorales_2-b"), ("source_sha256", "0a" * 32)]


def _schema() -> dict[str, object]:
    return {"type": "object", "properties": {"config": IngestConfig.model_json_schema()}}


@pytest.mark.parametrize(("field", "value", "words"), WRONG)
def test_what_breaks_a_rule_is_told_the_rule_in_words(field: str, value: str, words: str) -> None:
    with pytest.raises(PydanticError) as refused:
        IngestConfig.model_validate({field: value})
    (found,) = refused.value.errors()
    assert found["msg"].startswith(words)
    assert found["msg"].endswith(" expected")
    with pytest.raises(ValidationError) as answered:
        validate({"config": {field: value}}, _schema(), raise_on_error=True)
    assert f"for field 'config.{field}'" in str(answered.value)
    assert words in str(answered.value)
    for message in (found["msg"], str(answered.value)):
        assert not set("^$[\\") & set(message)


@pytest.mark.parametrize(("field", "value"), [*RIGHT, ("source_sha256", None)])
def test_what_keeps_the_rule_passes(field: str, value: str | None) -> None:
    assert getattr(IngestConfig.model_validate({field: value}), field) == value
    validate({"config": {field: value}}, _schema(), raise_on_error=True)


@pytest.mark.parametrize("config", CONFIGS)
def test_no_form_answers_with_a_regular_expression(config: type[Config]) -> None:
    for name, field in config.model_json_schema()["properties"].items():
        if "pattern" in json.dumps(field):
            assert field["then"]["const"] in field["description"], name
            rest = {key: value for key, value in field.items() if key != "if"}
            assert "pattern" not in json.dumps(rest), name
