"""A generated piece: its notes, and what is known of how they were drawn."""

from dataclasses import dataclass, field
from typing import Any

from nocturne.tasks.music.notes import Notes


@dataclass(frozen=True)
class Composition:
    """A piece of at least one note that starts at 0.

    `facts` are values of the manifest's columns PIECE_FACTS, by name; a missing one is null.
    """

    notes: Notes
    facts: dict[str, Any] = field(default_factory=dict)
