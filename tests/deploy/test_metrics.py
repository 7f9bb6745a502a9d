"""The worker's address for Prometheus: on loopback alone, once, and never in the worker's runs."""

import socket

import httpx
import pytest

from deploy import metrics
from tests.integration.prefect_server import free_port


@pytest.mark.parametrize("switch", [{}, {"PREFECT_CLIENT_METRICS_ENABLED": "false"}])
def test_it_is_off_unless_switched_on(
    switch: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    metrics.serve(switch)
    assert switch == {"PREFECT_CLIENT_METRICS_ENABLED": "false"}
    assert capsys.readouterr().out == ""


def test_it_serves_prefects_counters_and_the_root_on_loopback_and_leaves_runs_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import prefect.events.clients  # noqa: F401 - its counters

    port = str(free_port())
    environment = {
        "PREFECT_CLIENT_METRICS_ENABLED": "true",
        "PREFECT_CLIENT_METRICS_PORT": port,
        "NOCTURNE_ROOT": "/nowhere",
    }
    metrics.serve(environment)
    assert environment["PREFECT_CLIENT_METRICS_ENABLED"] == "false"
    assert f"figures for Prometheus: http://127.0.0.1:{port}/metrics" in capsys.readouterr().out
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert "\n# TYPE prefect_events_emitted_total counter\n" in text
    assert "\nnocturne_root_readable 0.0\n" in text
    with socket.socket() as elsewhere:  # every address of the machine but this one is free
        elsewhere.bind(("127.0.0.2", int(port)))


@pytest.mark.parametrize("port", ["many", "70000"])
def test_a_port_that_is_none_is_one_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    metrics.serve({"PREFECT_CLIENT_METRICS_ENABLED": "1", "PREFECT_CLIENT_METRICS_PORT": port})
    line = f"no figures for Prometheus at port {port} of 127.0.0.1: it is not a port\n"
    assert capsys.readouterr().out == line


def test_a_port_that_is_taken_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        metrics.serve({"PREFECT_CLIENT_METRICS_ENABLED": "1", "PREFECT_CLIENT_METRICS_PORT": port})
    line = f"no figures for Prometheus at port {port} of 127.0.0.1: Address already in use\n"
    assert capsys.readouterr().out == line
