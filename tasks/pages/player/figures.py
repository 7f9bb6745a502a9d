"""The figures that the pieces of a page are sorted and filtered by: numeric manifest columns."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nocturne.schemas.config import SamplingConfig

TITLES = {
    "index": "Number",
    "notes": "Notes",
    "beats": "Beats",
    "seconds": "Seconds",
    "lowest_pitch": "Lowest pitch (MIDI)",
    "highest_pitch": "Highest pitch (MIDI)",
    "distinct_pitches": "Different pitches",
}
NO_FIGURES = ("midi_bytes", "picture_bytes", "audio_bytes", "audio_seconds")  # sizes of files


class Figure(NamedTuple):
    """A column of the manifest, and its title on the page."""

    column: str
    title: str


def figures_of(rows: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Return the numeric columns in which the pieces differ; the number of a piece comes first."""
    columns = [name for name in rows[0] if name not in NO_FIGURES and _differs(rows, name)]
    return [Figure(name, _title(name)) for name in dict.fromkeys(("index", *columns))]


def value_of(row: Mapping[str, Any], column: str) -> float | int | None:
    """Return a figure of a piece as a number of at most six digits; None if it has none."""
    value = row.get(column)
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return int(value) if isinstance(value, bool | int) else None


def _differs(rows: Sequence[Mapping[str, Any]], column: str) -> bool:
    values = {value_of(row, column) for row in rows} - {None}
    return len(values) > 1


def _title(column: str) -> str:
    if column in TITLES:
        return TITLES[column]
    field = SamplingConfig.model_fields.get(column)
    words = column.replace("_", " ")
    return (field and field.title) or words[:1].upper() + words[1:]
