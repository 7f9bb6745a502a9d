"""A temporary server is none that anybody looks at later."""

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from nocturne.tasks.server_kind import TEMPORARY, has_lasting_server

ADDRESS = "http://127.0.0.1:9/api"


@pytest.mark.parametrize(
    ("address", "temporary", "lasting"),
    [(ADDRESS, False, True), (ADDRESS, True, False), (None, False, False)],
)
def test_only_a_configured_server_that_no_command_started_is_lasting(
    address: str | None, temporary: bool, lasting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TEMPORARY, raising=False)
    if temporary:
        monkeypatch.setenv(TEMPORARY, "1")
    with temporary_settings({PREFECT_API_URL: address}):
        assert has_lasting_server() is lasting
