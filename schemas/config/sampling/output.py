"""In which formats a sample is written."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import SAMPLES
from nocturne.schemas.config.sampling.size import MOST_SAMPLES

ALL, NONE = "all", "none"
WORDS = {"true": ALL, "yes": ALL, "on": ALL, "false": NONE, "no": NONE, "off": NONE}
DEFAULT_AUDIO = 16  # as many as a run has by default: they play, and a large run stays quick


def audio_of(value: object) -> object:
    """Return which samples have audio as `all`, `none` or a number above 0; other values refused.

    True and False, of earlier versions, are all and none.
    """
    word = ("" if value is None else str(value)).strip().lower().removeprefix("first").strip()
    word = WORDS.get(word, word)
    if word in (ALL, NONE):
        return word
    if not word.isascii() or not word.isdecimal() or int(word) > MOST_SAMPLES:
        raise PydanticCustomError(
            "audio", "give none, all, or how many of the first samples, at most 1,000,000"
        )
    return int(word) or NONE


def _as_audio_input(schema: dict[str, Any]) -> None:
    """Make forms offer the two words or a number; true and false of earlier versions still pass."""
    schema["anyOf"] = [
        {"title": "First samples", "type": "integer", "minimum": 0, "maximum": MOST_SAMPLES},
        {"title": "All or none", "type": "string", "enum": [ALL, NONE]},
        {"title": "Yes or no", "type": "boolean"},
    ]


class Output(Config):
    """The formats of a sample's files."""

    audio: Annotated[bool | int | str, SAMPLES] = Field(
        DEFAULT_AUDIO,
        title="Audio",
        description="Samples that are also rendered as OGG: none, all, or how many of the first; "
        "the page plays the others by itself",
        json_schema_extra=_as_audio_input,
    )

    _audio = field_validator("audio", mode="before")(audio_of)

    def has_audio(self, place: int) -> bool:
        """Whether the sample at a place in the run, from 0, is rendered as audio."""
        return self.audio == ALL or (self.audio != NONE and place < int(self.audio))
