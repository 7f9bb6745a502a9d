"""A worker keeps its name and reports a server that is away."""

import httpx
import pytest

from deploy import worker


def test_a_worker_keeps_its_name_over_restarts_and_no_other_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cpu = worker.worker_name(["--work-queue", "cpu"])
    assert cpu == worker.worker_name(["--work-queue", "cpu"])
    assert cpu != worker.worker_name(["--work-queue", "gpu"])
    assert not set("/% ") & set(cpu)  # Prefect refuses the first two
    monkeypatch.setattr("uuid.getnode", lambda: 1)  # a machine of the same host name
    assert cpu != worker.worker_name(["--work-queue", "cpu"])


def test_a_server_that_is_away_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(_client: object) -> None:
        raise httpx.ConnectError("refused")

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert not worker.attempt(away)
    assert capsys.readouterr().out == "the server does not answer: ConnectError\n"
