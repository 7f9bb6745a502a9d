"""What a scoreboard is made from: the nights of one corpus and scheme, and its champions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nocturne.schemas.config import SchemeName
from nocturne.schemas.model_card import Promotion
from nocturne.schemas.nights import NightOutcome, NightRecord
from nocturne.tasks.model.registry.champion import all_champions
from nocturne.tasks.nights.records import corpora_with_nights, recent_nights
from nocturne.tasks.storage.root import Root

MOST_NIGHTS = 400  # of a corpus: a year and what came before; older records stay in the history
MOST_GAPS = 5  # dates that are named


@dataclass(frozen=True)
class Board:
    """The nights of one corpus and scheme, oldest first, and every change of its champion."""

    corpus: str
    scheme: SchemeName
    nights: tuple[NightRecord, ...]
    changes: tuple[Promotion, ...]
    older: int = 0  # nights that are not shown

    @property
    def title(self) -> str:
        """The corpus and its scheme."""
        return f"{self.corpus} ({self.scheme})"

    @property
    def champion(self) -> str | None:
        """The present champion's id."""
        return self.changes[-1].model_id if self.changes else None

    def outcomes(self) -> dict[NightOutcome, int]:
        """Return how many nights had each outcome, in the order of first occurrence."""
        counts: dict[NightOutcome, int] = {}
        for night in self.nights:
            counts[night.outcome] = counts.get(night.outcome, 0) + 1
        return counts

    def gaps(self) -> tuple[date, ...]:
        """Return the days (UTC) between the first and the last night on which none began."""
        began = {night.started.date() for night in self.nights}
        span = (max(began) - min(began)).days if began else 0
        days = (min(began) + timedelta(days=day) for day in range(span)) if began else ()
        return tuple(day for day in days if day not in began)


Boards = tuple[tuple[Board, ...], tuple[str, ...]]  # and a line for each damaged file


def boards(root: Root, corpus: str = "") -> Boards:
    """Return the boards of a corpus, of all if it is empty, and a line for each damaged file.

    The board with the latest night comes first. Only corpora that had a night have a board.
    """
    champions, damages = _champions(root)
    found: list[Board] = []
    for name in [corpus] if corpus else corpora_with_nights(root):
        nights, damaged, older = recent_nights(root, name, MOST_NIGHTS)
        damages += damaged
        for scheme in dict.fromkeys(night.scheme for night in nights):
            own = tuple(night for night in nights if night.scheme == scheme)
            changes = champions.get((name, scheme), ())
            found.append(Board(name, scheme, own, tuple(changes), older))
    found.sort(key=lambda board: board.nights[-1].started, reverse=True)
    return tuple(found), tuple(damages)


def _champions(root: Root) -> tuple[dict[tuple[str, str], Sequence[Promotion]], list[str]]:
    champions, damages = all_champions(root)
    return {(one.corpus, one.scheme): one.history for one in champions}, damages
