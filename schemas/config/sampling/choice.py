"""Which of several draws is kept as a sample."""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.changes import Changes


class Choice(Config):
    """How many candidates there are of each sample, and whether bad ones are drawn again."""

    choose: Annotated[int, Changes("samples", unless=(1,))] = Field(
        1,
        title="Choose from",
        description="Draw each sample this many times and keep the best, by likelihood, structure, "
        "originality and difference from the other draws",
        ge=1,
        le=64,
    )
    redraws: Annotated[int, Changes("samples", unless=(0,))] = Field(
        0,
        title="Most redraws",
        description="How often at most a sample is drawn again that is mostly silence, of a single "
        "pitch or of few notes, or that copies a long run of a training song",
        ge=0,
        le=16,
    )
