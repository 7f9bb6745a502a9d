"""In which formats a sample is written."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import SAMPLES, later_samples
from nocturne.schemas.config.sampling.size import MOST_SAMPLES

ALL, NONE = "all", "none"
WORDS = {"true": ALL, "yes": ALL, "on": ALL, "false": NONE, "no": NONE, "off": NONE}
FORMATS = ("mid", "ogg", "wav", "abc", "musicxml")
OF_BEFORE = "mid,ogg"  # what a run had before formats could be asked for
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


def formats_of(value: object) -> object:
    """Return the names of formats in the order of FORMATS, by commas; mid is always among them.

    The text or list may have points before the names, spaces and capitals.
    """
    listed = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    words = listed.lower().replace(",", " ").split()
    names = {word.removeprefix(".") for word in words} | {FORMATS[0]}
    if unknown := sorted(names - set(FORMATS)):
        raise PydanticCustomError(
            "formats", "{words}", {"words": f"no format {unknown[0]}: give {', '.join(FORMATS)}"}
        )
    return ",".join(name for name in FORMATS if name in names)


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
        description="Samples that are also rendered as OGG (and WAV, if asked for): none, all, or "
        "how many of the first; the page plays the others by itself",
        json_schema_extra=_as_audio_input,
    )

    formats: Annotated[str, later_samples(OF_BEFORE)] = Field(
        OF_BEFORE,
        title="Formats",
        description="Files of each sample, by commas: mid (always), abc, musicxml (half a second "
        "each), and ogg, wav for the samples that have audio",
    )

    _formats = field_validator("formats", mode="before")(formats_of)
    _audio = field_validator("audio", mode="before")(audio_of)

    def has_format(self, name: str) -> bool:
        """Whether files of this format are asked for."""
        return name in self.formats.split(",")

    def has_audio(self, place: int) -> bool:
        """Whether the sample at a place in the run, from 0, is rendered as audio."""
        return self.audio == ALL or (self.audio != NONE and place < int(self.audio))
