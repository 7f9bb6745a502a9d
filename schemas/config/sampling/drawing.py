"""How categories are drawn from the logits."""

from typing import Annotated, Any

from pydantic import Field, field_validator

from nocturne.schemas.config.base import Config, as_plain_input, empty_as_none
from nocturne.schemas.config.sampling.groups import SAMPLES, Bounds, later_samples
from nocturne.schemas.config.sampling.temperatures import (
    DEFAULT_TEMPERATURE,
    MOST,
    temperature_of,
)


def _as_temperature_input(schema: dict[str, Any]) -> None:
    """Make forms offer one number, or a text with one for each attribute."""
    schema["anyOf"] = [
        {"title": "One number", "type": "number", "exclusiveMinimum": 0, "maximum": MOST},
        {"title": "By attribute", "type": "string"},
    ]


class Drawing(Config):
    """How categories are drawn from the logits."""

    temperature: Annotated[float | str, SAMPLES, Bounds(gt=0, le=MOST)] = Field(
        DEFAULT_TEMPERATURE,
        title="Temperature",
        description="Divides the logits: samples are more predictable below 1, more varied above; "
        "one number, or some by attribute such as interval=0.8,pitch=1.1 (interval, pitch, "
        "duration, velocity; 0.9 for those left out)",
        json_schema_extra=_as_temperature_input,
    )
    top_k: Annotated[int | None, later_samples(None)] = Field(
        None,
        title="Top-k",
        description="Sample from this many most likely categories only; if empty, from all",
        ge=1,
        le=2**15,
        json_schema_extra=as_plain_input,
    )
    top_p: Annotated[float, SAMPLES] = Field(
        1.0, title="Top-p", description="Sample from this much probability mass only", gt=0, le=1
    )
    min_p: Annotated[float | None, later_samples(None)] = Field(
        None,
        title="Min-p",
        description="Sample only categories at least this share as likely as the likeliest; if "
        "empty, from all",
        gt=0,
        le=1,
        json_schema_extra=as_plain_input,
    )

    _temperature = field_validator("temperature", mode="before")(temperature_of)
    _empty = field_validator("top_k", "min_p", mode="before")(empty_as_none)
