"""How music was drawn from a model, as rows of text: one for every field of SamplingConfig."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from nocturne.schemas.config import SamplingConfig
from nocturne.schemas.samples import TEXT_COLUMNS, SampleRun
from nocturne.schemas.samples.parameter_columns import NO_PARAMETER
from nocturne.tasks.pages.formatting import instrument_name, pitch_name

# What the pages show in other rows (how many pieces, how long, the seed), or not at all (root).
SHOWN_ELSEWHERE = {"root", "seed", *NO_PARAMETER}


class Setting(NamedTuple):
    """A setting's title, with its unit if it has one, and its value."""

    title: str
    value: str


def settings_of_run(run: SampleRun) -> list[Setting]:
    """Return the settings of a whole run, in the order of the config's fields."""
    return _settings({**run.config.model_dump(), "program": run.program})


def settings_of_piece(row: Mapping[str, Any]) -> list[Setting]:
    """Return the settings of a manifest row; an earlier version's manifest may lack some."""
    return _settings(row)


def _settings(values: Mapping[str, Any]) -> list[Setting]:
    return [
        Setting(field.title or name, _text(name, value))
        for name, field in SamplingConfig.model_fields.items()
        if name not in SHOWN_ELSEWHERE and (value := _value(values, name)) is not None
    ]


def _value(values: Mapping[str, Any], name: str) -> Any:
    """Return the value of a field; a manifest has the texts of some in columns of their own."""
    value = values.get(name)
    return values.get(TEXT_COLUMNS.get(name, "")) if value is None else value


def _text(name: str, value: Any) -> str:
    if name == "program":
        return f"{instrument_name(value)} ({value})"
    if name in ("lowest", "highest"):
        return f"{pitch_name(value)} ({value})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
