"""Limits and drawing parameters as forms, flags and variables give them."""

from typing import Any

import pytest
from prefect.utilities.schema_tools.validation import validate
from pydantic import ValidationError

from nocturne.schemas.config import GenerateConfig, SamplingConfig
from nocturne.schemas.config.sampling.temperatures import temperatures


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"lowest": "C5", "highest": "C4"}, "highest", "below the lowest pitch, C5"),
        ({"key": "C", "lowest": 61, "highest": 61}, "highest", "no pitch from C#4 to C#4 is in C"),
        ({"key": "Gb major", "lowest": 127}, "highest", "no pitch from G9 to G9 is in Gb major"),
        ({"key": "as primed", "lowest": 60, "highest": 60}, "highest", "is in every key"),
        ({"temperature": "volume=1"}, "temperature", "attributes: interval, pitch"),
        ({"temperature": "pitch=1,pitch=2"}, "temperature", "numbers by attribute"),
        ({"temperature": "pitch=0"}, "temperature", "greater than 0"),
        ({"temperature": "nan"}, "temperature", "greater than 0"),
        ({"temperature": "warm"}, "temperature", "valid number"),
        ({"temperature": 4.5}, "temperature", "less than or equal to 4"),
        ({"transpose": 49}, "transpose", "less than or equal to 48"),
        ({"top_k": 0}, "top_k", "greater than or equal to 1"),
        ({"min_p": 1.5}, "min_p", "less than or equal to 1"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    asked: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        SamplingConfig.model_validate(asked)
    (error,) = caught.value.errors()
    assert error["loc"] == (field,)
    assert words in error["msg"]


@pytest.mark.parametrize(
    "asked", [{"lowest": 60, "highest": 60}, {"key": "as primed", "lowest": 60, "highest": 61}]
)
def test_a_range_of_few_pitches_may_do(asked: dict[str, Any]) -> None:
    assert SamplingConfig.model_validate(asked).pitches.start == 60


@pytest.mark.parametrize(
    ("value", "kept", "each"),
    [
        (1, 1.0, (1.0, 1.0, 1.0)),
        ("1", 1.0, (1.0, 1.0, 1.0)),
        ("pitch=1.1, interval = .8", "interval=0.8,pitch=1.1", (0.8, 1.1, 0.9)),
        ("inter_onset_interval=2", "interval=2", (2.0, 0.9, 0.9)),
    ],
)
def test_a_temperature_is_one_number_or_one_by_attribute(
    value: object, kept: object, each: tuple[float, ...]
) -> None:
    config = SamplingConfig.model_validate({"temperature": value})
    assert config.temperature == kept
    assert config.copy_with(seed=1).temperature == kept
    assert temperatures(config.temperature, ("inter_onset_interval", "pitch", "velocity")) == each


def test_runs_of_before_keep_their_fingerprint() -> None:
    assert SamplingConfig(seed=1).fingerprint_fields("samples") == {
        "samples": 16,
        "notes": 256,
        "tempo": 120.0,
        "temperature": 0.9,
        "top_p": 1.0,
        "random_input": "primer",
        "audio": 16,
        "seed": 1,
    }
    same = {"transpose": 0, "key": "", "lowest": "", "metre": "", "top_k": "", "min_p": ""}
    assert SamplingConfig.model_validate({**same, "seed": 1}) == SamplingConfig(seed=1)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("key", [None, "D minor", "as primed", "F# dorian"], [5]),
        ("lowest", [None, "C4", 60], [128, 7.5]),
        ("metre", [None, "4/4", "15/8"], [4]),
        ("temperature", [0.8, "pitch=1"], [0, 5, None]),
        ("top_k", [None, 3], [0, "x"]),
        ("transpose", [None, -3], [60]),
    ],
)
def test_prefects_form_takes_what_the_config_takes(
    name: str, good: list[object], bad: list[object]
) -> None:
    properties = GenerateConfig.model_json_schema()["properties"]
    schema = {"type": "object", "properties": {"config": {"properties": properties}}}
    assert [validate({"config": {name: value}}, schema) for value in good] == [[]] * len(good)
    assert all(validate({"config": {name: value}}, schema) for value in bad)
    for value in good:
        GenerateConfig.model_validate({name: value})
