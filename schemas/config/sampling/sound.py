"""How the notes of a sample sound: tempo, instrument and transposition."""

from typing import Annotated, Any

from pydantic import Field, field_validator

from nocturne.schemas.config.base import Config, as_plain_input
from nocturne.schemas.config.changes import BY_CONTENT
from nocturne.schemas.config.sampling.groups import SAMPLES, later_samples
from nocturne.schemas.instruments import INSTRUMENTS, PROGRAMS, program_of


def _as_instrument_input(schema: dict[str, Any]) -> None:
    """Make forms offer a list of all instruments, a number, a name in any spelling, or nothing."""
    del schema["default"]  # as in as_plain_input
    schema["anyOf"] = [
        {"title": "Instrument", "type": "string", "enum": list(INSTRUMENTS)},
        {"title": "Number", "type": "integer", "minimum": 0, "maximum": PROGRAMS - 1},
        {"title": "Name", "type": "string"},
        {"title": "Corpus's own", "type": "null"},
    ]


class Sound(Config):
    """Tempo, instrument and transposition."""

    tempo: Annotated[float, SAMPLES] = Field(
        120.0,
        title="Tempo (BPM)",
        description="Tempo of the samples in quarter notes per minute",
        ge=20,
        le=400,
    )
    program: Annotated[int | str | None, BY_CONTENT] = Field(
        None,
        title="Instrument (MIDI program)",
        description="Sound of the samples: a General MIDI program from 0 to 127 or its name, such "
        "as flute (`nocturne programs` lists them); if empty, the corpus's most common program",
        json_schema_extra=_as_instrument_input,
    )
    transpose: Annotated[int | None, later_samples(None)] = Field(
        None,
        title="Transpose",
        description="Semitones by which every note sounds higher, or lower if below 0, than it was "
        "drawn; key, lowest and highest pitch hold for what sounds; if empty, as drawn",
        ge=-48,
        le=48,
        json_schema_extra=as_plain_input,
    )

    _program = field_validator("program", mode="before")(program_of)

    @field_validator("transpose", mode="before")
    @classmethod
    def _nothing_as_none(cls, value: object) -> object:
        """Return None for 0 and an empty text: the run is the same."""
        return None if value in ("", "0", 0) else value
