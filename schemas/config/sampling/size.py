"""How much music is made: the number of samples, and the length of each."""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import SAMPLES

MOST_SAMPLES = 1_000_000


class Size(Config):
    """How many samples, and how long each is."""

    samples: Annotated[int, SAMPLES] = Field(
        16, title="Samples", description="MIDI files to make", ge=1, le=MOST_SAMPLES
    )
    notes: Annotated[int, SAMPLES] = Field(
        256, title="Notes per sample", description="Notes in each sample", ge=8, le=16_384
    )
