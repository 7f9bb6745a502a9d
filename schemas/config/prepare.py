"""Config of prepare."""

from pydantic import Field

from nocturne.schemas.config.base import SchemeConfig


class PrepareConfig(SchemeConfig):
    """Notes become split, categorised sequences and a vocabulary fitted on the training split."""

    valid_share: float = Field(
        0.1, title="Validation share", description="Share of songs for validation", gt=0, lt=0.5
    )
    test_share: float = Field(
        0.1, title="Test share", description="Share of songs held out for testing", gt=0, lt=0.5
    )
    min_song_notes: int = Field(
        16,
        title="Fewest notes per song",
        description="Songs with fewer are left out",
        ge=2,
        le=1_000_000,
    )
