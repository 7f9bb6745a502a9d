"""Where a sample starts from: the random input of the decoder."""

from typing import Annotated, Literal

from pydantic import Field

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import SAMPLES

RandomInput = Literal["primer", "gaussian"]


class Start(Config):
    """The random input of the decoder."""

    random_input: Annotated[RandomInput, SAMPLES] = Field(
        "primer",
        title="Random input",
        description="primer continues a random window of the training songs; gaussian starts from "
        "a random decoder state",
    )
