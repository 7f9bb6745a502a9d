"""How much music is made: the number of samples, and the length of each."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from nocturne.schemas.config.base import Config, as_plain_input, empty_as_none
from nocturne.schemas.config.changes import Changes
from nocturne.schemas.config.sampling.groups import SAMPLES

MOST_SAMPLES = 1_000_000
MOST_NOTES = 16_384


class Size(Config):
    """How many samples, and how long each is: in notes, bars, seconds, or until it ends."""

    samples: Annotated[int, SAMPLES] = Field(
        16, title="Samples", description="MIDI files to make", ge=1, le=MOST_SAMPLES
    )
    notes: Annotated[int, SAMPLES] = Field(
        256,
        title="Notes per sample",
        description="Notes in each sample, if no other length is asked for; the most notes of a "
        "sample that ends by itself",
        ge=8,
        le=MOST_NOTES,
    )
    bars: Annotated[int | None, Changes("samples", unless=(None,))] = Field(
        None,
        title="Bars per sample",
        description="Length in bars of the metre, 4/4 if none is asked for: a sample ends at its "
        "first likely end after them, at most a quarter of the length later (or four quarter "
        "notes, if that is more); if empty, another length counts",
        ge=1,
        le=1_000,
        json_schema_extra=as_plain_input,
    )
    seconds: Annotated[float | None, Changes("samples", unless=(None,))] = Field(
        None,
        title="Seconds per sample",
        description="Length in seconds at the tempo asked for: a sample ends as with bars; if "
        "empty, another length counts",
        ge=1,
        le=3_600,
        json_schema_extra=as_plain_input,
    )
    ending: Annotated[bool, Changes("samples", unless=(False,))] = Field(
        False,
        title="With an ending",
        description="Each sample goes on until it ends as songs do, with at most the notes per "
        "sample; if bars or seconds are asked for, they are its length. Needs a model that has "
        "learned where songs end: one trained on a corpus that this version prepared",
    )

    _empty_lengths = field_validator("bars", "seconds", mode="before")(empty_as_none)

    @field_validator("seconds")
    @classmethod
    def _one_length(cls, seconds: float | None, info: ValidationInfo) -> float | None:
        """Refuse two lengths."""
        if seconds is not None and info.data.get("bars") is not None:
            raise PydanticCustomError("length", "ask for bars or for seconds, not for both")
        return seconds

    @property
    def length_words(self) -> str:
        """The length of a sample in words, such as `256 notes` or `16 bars`."""
        if self.bars is not None:
            return f"{self.bars:,} bar{'s' * (self.bars != 1)}"
        if self.seconds is not None:
            return f"{self.seconds:g} seconds"
        return f"{'at most ' * self.ending}{self.notes:,} notes"
