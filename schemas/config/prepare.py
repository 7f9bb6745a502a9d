"""Config of prepare."""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import SchemeConfig
from nocturne.schemas.config.changes import BY_CONTENT, Changes

SEQUENCES = Changes("sequences")


class PrepareConfig(SchemeConfig):
    """Split the songs, fit a vocabulary on the training split and encode the notes as ids."""

    valid_share: Annotated[float, SEQUENCES] = Field(
        0.1, title="Validation share", description="Share of songs for validation", gt=0, lt=0.5
    )
    test_share: Annotated[float, SEQUENCES] = Field(
        0.1, title="Test share", description="Share of songs held out for testing", gt=0, lt=0.5
    )
    min_song_notes: Annotated[int, SEQUENCES] = Field(
        16,
        title="Fewest notes per song",
        description="Songs with fewer notes are left out",
        ge=2,
        le=1_000_000,
    )
    max_codebook_drift: Annotated[float, BY_CONTENT] = Field(
        0.03,
        title="Largest drift of codebooks",
        description="The codebooks of the corpus prepared before are kept while the distribution "
        "of the training songs' notes has moved by no more than this (Kolmogorov-Smirnov "
        "distance); 0: always fitted anew",
        ge=0,
        le=1,
    )
