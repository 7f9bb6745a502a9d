"""Tables are checked in threads as they are in one."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pytest
from pandera.errors import SchemaErrors

from nocturne.schemas.manifest import MANIFEST_SCHEMA, FileManifest
from nocturne.schemas.notes import NOTE_SCHEMA, NoteTable
from nocturne.tasks.storage.validation import check

NOTES = pa.Table.from_pylist(
    [dict(zip(NOTE_SCHEMA.names, ("a", 0.0, 1.0, 0.0, 2.0, 60, 64), strict=True))], NOTE_SCHEMA
)
BAD = NOTES.set_column(5, NOTE_SCHEMA.field("pitch"), pa.array([200], pa.uint8()))


def test_every_failure_is_told() -> None:
    check(NoteTable, NOTES)
    with pytest.raises(SchemaErrors, match="less_than_or_equal_to"):
        check(NoteTable, BAD)


class Slow:
    """A schema whose checks take a while and count how many of them run at once."""

    running = most = 0

    def validate(self, table: pa.Table, *, lazy: bool) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        time.sleep(0.01)
        self.running -= 1


def test_one_thread_at_a_time_checks() -> None:
    schema: Any = Slow()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: check(schema, NOTES), range(12)))
    assert (schema.running, schema.most) == (0, 1)


def test_real_schemas_in_threads() -> None:
    files = MANIFEST_SCHEMA.empty_table()

    def both(_: int) -> None:
        check(NoteTable, NOTES)
        check(FileManifest, files)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(both, range(30))) == [None] * 30
