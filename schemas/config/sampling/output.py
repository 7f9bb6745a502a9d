"""In which formats a sample is written."""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import SAMPLES


class Output(Config):
    """The formats of a sample's files."""

    audio: Annotated[bool, SAMPLES] = Field(
        True, title="Audio", description="Also render every sample as OGG"
    )
