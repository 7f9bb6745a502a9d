"""What a sample must keep to: key, range of pitches and metre."""

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import Bounds, later_samples
from nocturne.schemas.theory import (
    AS_PRIMED,
    COMMON_KEYS,
    COMMON_METRES,
    PITCHES,
    key_of,
    key_text,
    metre_text,
    pitch_name,
    pitch_number,
    pitches_between,
)

PITCH = Bounds(ge=0, le=PITCHES - 1)


def _choices(title: str, listed: tuple[str, ...], other: str, none: str) -> Any:
    """Return what makes forms offer a list, a text of one's own, or nothing."""

    def change(schema: dict[str, Any]) -> None:
        del schema["default"]  # as in as_plain_input
        schema["anyOf"] = [
            {"title": title, "type": "string", "enum": list(listed)},
            {"title": other, "type": "string"},
            {"title": none, "type": "null"},
        ]

    return change


def _as_pitch_input(schema: dict[str, Any]) -> None:
    """Make forms offer a name, a number or nothing."""
    del schema["default"]
    schema["anyOf"] = [
        {"title": "Name, such as C4", "type": "string"},
        {"title": "MIDI number", "type": "integer", "minimum": PITCH.ge, "maximum": PITCH.le},
        {"title": "No limit", "type": "null"},
    ]


class Limits(Config):
    """Limits that no note of a sample breaks, as it sounds: after transposing."""

    key: Annotated[str | None, later_samples(None)] = Field(
        None,
        title="Key",
        description="Only notes of this scale are used: a tonic and major, minor or a church mode, "
        "such as D minor, F# dorian or Bb mixolydian; as primed keeps to the key of the music that "
        "the sample continues; if empty, any key",
        json_schema_extra=_choices("Key", (AS_PRIMED, *COMMON_KEYS), "Other mode", "Any key"),
    )
    lowest: Annotated[int | str | None, later_samples(None), PITCH] = Field(
        None,
        title="Lowest pitch",
        description="No note sounds below this pitch: a name such as G3 (C4 is middle C) or a "
        "MIDI number; if empty, no limit",
        json_schema_extra=_as_pitch_input,
    )
    highest: Annotated[int | str | None, later_samples(None), PITCH] = Field(
        None,
        title="Highest pitch",
        description="No note sounds above this pitch: a name such as D6 or a MIDI number; if "
        "empty, no limit",
        json_schema_extra=_as_pitch_input,
        validate_default=True,
    )
    metre: Annotated[str | None, later_samples(None)] = Field(
        None,
        title="Metre",
        description="Time signature, such as 3/4 or 6/8, that the rhythm keeps to: the sample "
        "begins on a bar line (after a kept prime on the next one), a note begins on every bar "
        "line, and no note sounds across one; if empty, the rhythm is free",
        json_schema_extra=_choices("Metre", COMMON_METRES, "Other metre", "Free rhythm"),
    )

    _key = field_validator("key", mode="before")(key_text)
    _pitch = field_validator("lowest", "highest", mode="before")(pitch_number)
    _metre = field_validator("metre", mode="before")(metre_text)

    @property
    def pitches(self) -> range:
        """The MIDI pitches from the lowest to the highest that may sound."""
        lowest, highest = pitch_number(self.lowest), pitch_number(self.highest)
        return pitches_between(lowest, highest)

    @field_validator("highest")
    @classmethod
    def _has_pitches(cls, highest: int | None, info: ValidationInfo) -> int | None:
        """Refuse a range in which no pitch, or none of the key, is left."""
        lowest, key = info.data.get("lowest"), info.data.get("key")
        found = pitches_between(lowest, highest)
        if not found:
            words = f"below the lowest pitch, {pitch_name(found.start)}"
            raise PydanticCustomError("range", "{words}", {"words": words})
        # A key that is yet to be found may be any: of two pitches side by side each has one.
        keys = COMMON_KEYS if key == AS_PRIMED else tuple(filter(None, [key]))
        if any(key_of(name).pitch_classes.isdisjoint(p % 12 for p in found) for name in keys):
            between = f"from {pitch_name(found[0])} to {pitch_name(found[-1])}"
            scale = "every key" if key == AS_PRIMED else key
            words = f"no pitch {between} is in {scale}: widen the range"
            raise PydanticCustomError("range", "{words}", {"words": words})
        return highest
