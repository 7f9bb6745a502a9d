"""Records of nights for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from nocturne.schemas.nights import NightRecord

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def night(number: int = 0, **fields: Any) -> NightRecord:
    """Return the record of night `number` after START, an hour long; `fields` replace its own."""
    started = START + timedelta(days=number)
    plain: dict[str, Any] = {
        "run": f"{number:08x}",
        "corpus": "tunes",
        "scheme": "factored",
        "started": started,
        "ended": started + timedelta(hours=1),
        "outcome": "kept",
        "reason": "2.50 bits per note are worse than the 2.40 of tunes-small-1",
    }
    return NightRecord(**plain | fields)
