"""Records of nights: exact paths, order, damage, and what other versions wrote."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from nocturne.schemas.errors import StorageError
from nocturne.tasks.nights.records import (
    last_night,
    night_name,
    read_night,
    read_nights,
    record_path,
    write_night,
)
from nocturne.tasks.storage.root import Root
from tests.tasks.nights.nights_for_tests import night


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root.open(str(tmp_path))


def test_a_record_lies_under_its_corpus_by_start_and_run(root: Root) -> None:
    path = write_night(root, night(0))
    assert path == "nights/tunes/20260301T020000.000Z-00000000.json"
    assert path == record_path(night(0))
    assert read_night(root, path) == night(0)


def test_a_name_is_in_utc_whatever_the_zone_of_the_start() -> None:
    east = datetime(2026, 3, 1, 1, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))
    assert night_name(east, "a") == "20260228T233000.250Z-a"


def test_nights_are_read_in_the_order_of_their_starts(root: Root) -> None:
    for number in (3, 1, 2):
        write_night(root, night(number, corpus="later" if number == 1 else "tunes"))
    assert [one.run for one in read_nights(root)[0]] == ["00000001", "00000002", "00000003"]
    assert [one.run for one in read_nights(root, "tunes")[0]] == ["00000002", "00000003"]


def test_a_night_that_is_written_twice_is_one_file(root: Root) -> None:
    write_night(root, night(0))
    write_night(root, night(0, outcome="promoted"))
    assert [one.outcome for one in read_nights(root)[0]] == ["promoted"]


def test_a_root_without_nights_has_none(root: Root) -> None:
    assert read_nights(root) == ([], [])
    assert last_night(root, "tunes") is None


def test_a_damaged_record_hides_no_other(root: Root) -> None:
    write_night(root, night(0))
    damaged = write_night(root, night(1))
    root.write_bytes(damaged, b'{"run": ')
    nights, damages = read_nights(root)
    assert nights == [night(0)]
    assert len(damages) == 1
    assert damages[0].startswith(f"{root.display_path(damaged)} is damaged: ")
    assert damages[0].endswith("delete it: the night then shows as a gap in the history")
    assert "\n" not in damages[0]
    assert last_night(root, "tunes") == night(0)
    with pytest.raises(StorageError, match="is damaged"):
        read_night(root, damaged)


def test_fields_of_a_later_version_are_passed_over(root: Root) -> None:
    path = write_night(root, night(0))
    content = json.loads(root.read_bytes(path)) | {"moon": "full"}
    root.write_json(path, content)
    assert read_night(root, path) == night(0)


def test_the_last_night_is_the_one_that_started_last(root: Root) -> None:
    for number in (10, 9):
        write_night(root, night(number))
    latest = last_night(root, "tunes")
    assert latest is not None
    assert latest.started == datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
