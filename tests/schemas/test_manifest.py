"""The file manifest's checks catch what they are there for."""

from typing import Any

import pyarrow as pa
import pytest
from pandera.errors import SchemaErrors

from nocturne.schemas.manifest import MANIFEST_SCHEMA, Counts, FileManifest
from nocturne.schemas.reasons import DUPLICATE_REASONS, Outcome, Reason

ACCEPTED: dict[str, Any] = {
    "path": "a.mid",
    "song_id": "0" * 32,
    "bytes": 100,
    "outcome": "accepted",
    "notes": 3,
    "seconds": 1.5,
    "program": 0,
    "tempo": 120.0,
    "ticks_per_quarter": 480,
    "notes_digest": "f" * 32,
}
QUARANTINED = {"path": "b", "song_id": "1" * 32, "bytes": 0, "outcome": "quarantined", "notes": 0}


def manifest(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), MANIFEST_SCHEMA)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_outcome(reason: Reason) -> None:
    outcome = Outcome.DUPLICATE if reason in DUPLICATE_REASONS else Outcome.QUARANTINED
    other = Outcome.QUARANTINED if reason in DUPLICATE_REASONS else Outcome.DUPLICATE
    row = QUARANTINED | {"reason": reason, "outcome": outcome}
    assert FileManifest.validate(manifest(ACCEPTED, row), lazy=True).num_rows == 2
    with pytest.raises(SchemaErrors):
        FileManifest.validate(manifest(ACCEPTED, row | {"outcome": other}), lazy=True)


@pytest.mark.parametrize(
    "row",
    [
        ACCEPTED | {"reason": "not_midi"},
        ACCEPTED | {"notes": 0},
        ACCEPTED | {"outcome": "lost"},
        ACCEPTED | {"program": 128},
        ACCEPTED | {"bytes": -1},
        ACCEPTED | {"tempo": 0.0},
        QUARANTINED | {"reason": "no idea"},
        QUARANTINED,
    ],
)
def test_refuses(row: dict[str, Any]) -> None:
    with pytest.raises(SchemaErrors):
        FileManifest.validate(manifest(row), lazy=True)


def test_counts_add_up() -> None:
    assert Counts(inputs=6, accepted=1, quarantined=2, duplicate=3).is_complete
    assert not Counts(inputs=7, accepted=1, quarantined=2, duplicate=3).is_complete
