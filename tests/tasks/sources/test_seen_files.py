"""When a file counts as unchanged since it was read."""

import pytest

from nocturne.tasks.sources.seen_files import RACY_NS, FileStamp, SeenFile, SeenFiles

BEGAN = 10**18
OLD = FileStamp(100, BEGAN - RACY_NS - 1, BEGAN - RACY_NS - 1, 7)
PATH = b"a.mid"


def known(stamp: FileStamp, now: FileStamp, limits: tuple[int, int] = (1000, 1000)) -> bool:
    seen = SeenFiles(BEGAN, limits[0]).with_files([SeenFile(PATH, stamp, "md5", 0)])
    found = seen.unchanged(PATH, now, limits[1])
    assert seen.all_unchanged({PATH: now}, limits[1]) == (found is not None)
    return found is not None


def test_the_same_stamp_from_well_before_the_reading_is_unchanged() -> None:
    assert known(OLD, OLD)


@pytest.mark.parametrize("field", FileStamp._fields)
def test_any_other_fact_is_a_change(field: str) -> None:
    assert not known(OLD, OLD._replace(**{field: getattr(OLD, field) - 1}))


@pytest.mark.parametrize("field", ["modified_ns", "status_ns"])
@pytest.mark.parametrize("late", [0, 1, RACY_NS, 10**15])
def test_a_time_near_the_reading_or_after_it_proves_nothing(field: str, late: int) -> None:
    stamp = OLD._replace(**{field: BEGAN - RACY_NS + late})
    assert not known(stamp, stamp)


@pytest.mark.parametrize(
    ("limits", "unchanged"),
    [((100, 200), True), ((99, 50), True), ((99, 100), False), ((100, 99), False)],
)
def test_another_limit_matters_to_a_file_between_both(
    limits: tuple[int, int], unchanged: bool
) -> None:
    assert known(OLD, OLD, limits) == unchanged


def test_all_are_unchanged_only_if_none_is_new_or_gone() -> None:
    seen = SeenFiles(BEGAN, 1000).with_files([SeenFile(PATH, OLD)])
    assert not seen.all_unchanged({}, 1000)
    assert not seen.all_unchanged({PATH: OLD, b"b.mid": OLD}, 1000)
    assert seen.unchanged(b"b.mid", OLD, 1000) is None
