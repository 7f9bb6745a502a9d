"""SamplingConfig: all groups of fields, passed whole from the command line to the sampler."""

from typing import Annotated

from pydantic import Field, field_validator

from nocturne.schemas.config.base import StorageConfig, as_plain_input, empty_as_none
from nocturne.schemas.config.sampling.choice import Choice
from nocturne.schemas.config.sampling.drawing import Drawing
from nocturne.schemas.config.sampling.groups import SAMPLES, later_samples
from nocturne.schemas.config.sampling.limits import Limits
from nocturne.schemas.config.sampling.output import Output
from nocturne.schemas.config.sampling.size import MOST_SAMPLES, Size
from nocturne.schemas.config.sampling.sound import Sound
from nocturne.schemas.config.sampling.start import Start


# pydantic takes the fields of the last base first: forms and help show them from Size to Output.
class SamplingConfig(Output, Choice, Start, Drawing, Limits, Sound, Size, StorageConfig):
    """Which samples are drawn from a model, and what is written beside the MIDI files."""

    first_index: Annotated[int, later_samples(0)] = Field(
        0,
        title="First sample",
        description="Number of the run's first sample: with the seed of another run, 7 makes its "
        "sample number 7 again, for example with another tempo or instrument",
        ge=0,
        lt=MOST_SAMPLES,
    )
    seed: Annotated[int | None, SAMPLES] = Field(
        None,
        title="Seed",
        description="Seed of all random numbers: the same seed gives the same samples; if empty, "
        "a new seed is drawn each time",
        ge=0,
        lt=2**31,
        json_schema_extra=as_plain_input,
    )

    _empty_seed = field_validator("seed", mode="before")(empty_as_none)

    @property
    def numbers(self) -> range:
        """The numbers of the samples."""
        return range(self.first_index, self.first_index + self.samples)
