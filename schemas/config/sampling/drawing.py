"""How categories are drawn from the logits."""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import Config
from nocturne.schemas.config.sampling.groups import SAMPLES


class Drawing(Config):
    """How categories are drawn from the logits."""

    temperature: Annotated[float, SAMPLES] = Field(
        0.9,
        title="Temperature",
        description="Divides the logits: samples are more predictable below 1, more varied above",
        gt=0,
        le=4,
    )
    top_p: Annotated[float, SAMPLES] = Field(
        1.0, title="Top-p", description="Sample from this much probability mass only", gt=0, le=1
    )
