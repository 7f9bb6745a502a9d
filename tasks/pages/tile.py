"""The headline figures at the top of a report."""

from typing import NamedTuple


class Tile(NamedTuple):
    """One headline figure, with what to compare it to or what it counts."""

    label: str
    value: str
    beside: str
