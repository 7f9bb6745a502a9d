"""Every row of the field table holds; one that is known not to hold says why."""

from pathlib import Path

import pytest

from nocturne.schemas.reasons import Reason
from nocturne.tasks.workers.worker_pool import Workers
from tests.field.midi_rows import ONE, TUNE
from tests.field.outcomes import midi_fault, refusal_fault
from tests.field.rows import Refused
from tests.field.table import KNOWN, Case, cases
from tests.tasks.conftest import workers  # noqa: F401 - a fixture

pytestmark = pytest.mark.field
TABLE = {case.name: case for case in cases()}


@pytest.mark.parametrize("name", TABLE)
def test_what_is_right_happens(
    name: str,
    tmp_path: Path,
    workers: Workers,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case: Case = TABLE[name]
    if case.needs and not case.needs.exists():
        pytest.skip(f"{case.needs} is not part of the checkout")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    fault = case.fault(tmp_path, workers)
    if name in KNOWN:
        assert fault, f"it holds by now: take it out of KNOWN ({KNOWN[name]})"
        pytest.xfail(KNOWN[name])
    assert not fault


def test_names_are_unique_and_known_ones_exist() -> None:
    assert len(TABLE) == len(list(cases()))
    assert set(KNOWN) <= set(TABLE)


def test_what_is_wrong_is_found() -> None:
    assert midi_fault(TUNE, ONE)
    assert midi_fault(TUNE, Reason.NO_NOTES)
    assert midi_fault(b"", Reason.NO_NOTES)
    assert refusal_fault("two\nlines", Refused("two"))
    assert refusal_fault("another line", Refused("two"))
