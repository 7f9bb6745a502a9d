"""`make server` and `make server-stop` on a fresh machine, and their one line of error."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.integration.nocturne import PROJECT, in_checkout
from tests.integration.prefect_server import csrf_headers, free_port, settings
from tests.integration.site import Site

pytestmark = [pytest.mark.site, pytest.mark.timeout(600)]

NAMES = {"ingest", "prepare", "retrain", "generate", "compose", "promote", "tidy"}


def _environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a user who has set nothing but where things lie."""
    plain = {name: value for name, value in settings(home).items() if "PREFECT" not in name}
    return {
        **plain,
        "NOCTURNE_SERVER": str(home / "state"),
        "NOCTURNE_ROOT": str(home / "data"),
        "NOCTURNE_PORT": str(free_port()),
        "NOCTURNE_GALLERY_PORT": str(free_port()),
        **more,
    }


def _make(target: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return in_checkout(["make", target], environment)


@contextmanager
def _serving(environment: dict[str, str], terminal: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `make server` in a terminal of its own beside the block, which is to end it."""
    with terminal.open("wb") as output:
        make = subprocess.Popen(
            ["make", "server"],
            cwd=PROJECT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 300
        while "Prefect UI:" not in terminal.read_text():
            assert make.poll() is None and time.monotonic() < deadline, terminal.read_text()
            time.sleep(0.3)
        yield make
        make.wait(60)
    finally:
        if make.poll() is None:
            _make("server-stop", environment)
            make.wait(60)


def _names(api: str) -> set[str]:
    """Return the names of all deployments; with CSRF protection on, a reader needs a token."""
    with httpx.Client(base_url=api, timeout=30) as client:
        assert client.post("/deployments/filter", json={}).status_code == 403
        token = client.get("/csrf-token", params={"client": "a-reader"}).json()["token"]
        headers = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "a-reader"}
        found = client.post("/deployments/filter", json={}, headers=headers).json()
    return {one["name"] for one in found}


def _family(state: Path) -> list[psutil.Process]:
    first = [psutil.Process(int(pid)) for pid in (state / "pids").read_text().split()]
    return [one for pid in first for one in (pid, *pid.children(recursive=True))]


def test_one_command_serves_on_loopback_until_ctrl_c(tmp_path: Path) -> None:
    secret = "s3cret-of-alerts"
    metrics = str(free_port())
    environment = _environment(
        tmp_path,
        NOCTURNE_METRICS_PORT=metrics,
        NOCTURNE_ALERT_URL=f"json://me:{secret}@127.0.0.1:{free_port()}",
    )
    terminal = tmp_path / "terminal"
    address = f"http://127.0.0.1:{environment['NOCTURNE_PORT']}"
    galleries = f"http://127.0.0.1:{environment['NOCTURNE_GALLERY_PORT']}"
    with _serving(environment, terminal) as make:
        assert f"Prefect UI: {address} " in terminal.read_text()
        assert _names(f"{address}/api") == NAMES
        assert httpx.get(f"{galleries}/", follow_redirects=True).is_success
        (tmp_path / "data/secret").write_text("x")
        assert httpx.get(f"{galleries}/samples/../secret").status_code == 404
        parts = _family(tmp_path / "state")
        figures = httpx.get(f"http://127.0.0.1:{metrics}/metrics").text
        assert "\nnocturne_root_readable 1.0\n" in figures
        assert "\n# TYPE prefect_events_emitted_total counter\n" in figures
        assert "\nprocess_start_time_seconds " in httpx.get(f"{address}/api/metrics").text
        _, *started = (int(pid) for pid in (tmp_path / "state/pids").read_text().split())
        assert not [pid for pid in started if secret in str(psutil.Process(pid).environ())]
        assert not [one for one in parts if secret in str(one.cmdline())]
        used = {used.laddr.ip for one in parts for used in one.net_connections("inet")}
        assert used == {"127.0.0.1"}
        again = _make("server", environment)
        assert (again.returncode, again.stdout.count("\n")) == (0, 1)
        assert f"runs already: {address}" in again.stdout
        os.killpg(make.pid, signal.SIGINT)
    assert terminal.read_text().rstrip().splitlines()[-1].startswith(("stopping", "make:"))
    assert "alerts: address set" in terminal.read_text()
    logs = "".join(log.read_text() for log in (tmp_path / "state").glob("*.log"))
    assert secret not in terminal.read_text() + logs
    assert "Traceback" not in terminal.read_text()
    _, alive = psutil.wait_procs(parts, timeout=10)
    assert alive == []
    assert _make("server-stop", environment).stdout == "nothing runs\n"


def test_a_run_that_is_cut_off_is_marked_and_holds_nothing_up(
    tmp_path: Path, shared_midi: Path
) -> None:
    """Stopped politely the first time, and all of it killed the second time."""
    songs = tmp_path / "songs"
    songs.mkdir()
    for path in sorted((shared_midi / "folk").rglob("*.mid"))[:40]:
        shutil.copy(path, songs)
    environment = _environment(tmp_path, NOCTURNE_SOURCE=str(songs), NOCTURNE_CORPUS="mine")
    address = f"http://127.0.0.1:{environment['NOCTURNE_PORT']}/api"
    state, terminal = tmp_path / "state", tmp_path / "terminal"
    with _serving(environment, terminal), _api(address) as api:
        first = _retrain(api)
        _wait(lambda: _state(api, first)[0] == "RUNNING" and _stages(api, first, "train"))
        assert _make("server-stop", environment).returncode == 0
    assert "retrain small on mine is marked as Crashed" in (state / "worker.log").read_text()
    terminal.write_text("")
    with _serving(environment, terminal) as make, _api(address) as api:
        kind, message = _state(api, first)
        assert kind == "CRASHED"
        assert message.startswith("The worker was stopped in the middle of the run. Published data")
        assert {one["state"]["type"] for one in _stages(api, first, "train")} == {"CRASHED"}
        # The restart was planned before the server ended, and goes on now.
        (again,) = _wait(lambda: _others(api, first, "RUNNING"))
        _wait(lambda: _stages(api, again["id"], "train"))
        doomed = [psutil.Process(make.pid), *psutil.Process(make.pid).children(recursive=True)]
        for process in doomed:
            process.kill()
        psutil.wait_procs(doomed, timeout=20)
    terminal.write_text("")
    with _serving(environment, terminal), _api(address) as api:
        _wait(lambda: _state(api, again["id"])[0] == "CRASHED", 20)
        _, message = _state(api, again["id"])
        assert message.startswith("The run and its worker were killed. Published data")
        assert {one["state"]["type"] for one in _stages(api, again["id"], "train")} == {"CRASHED"}
        third = _retrain(api)
        _wait(lambda: _state(api, third)[0] == "RUNNING")  # no slot is taken
        assert _make("server-stop", environment).returncode == 0


def _retrain(api: httpx.Client) -> str:
    """Start a retrain that lasts for minutes; return its id."""
    known = {one["name"]: one for one in api.post("/deployments/filter", json={}).json()}
    config = {**known["retrain"]["parameters"]["config"], "max_epochs": 1000, "patience": 1000}
    path = f"/deployments/{known['retrain']['id']}/create_flow_run"
    run: str = api.post(path, json={"parameters": {"config": config}}).json()["id"]
    return run


def _state(api: httpx.Client, run: str) -> tuple[str, str]:
    state = api.get(f"/flow_runs/{run}").json()["state"]
    return state["type"], state["message"]


def _stages(api: httpx.Client, run: str, prefix: str) -> list[dict[str, Any]]:
    asked = {"flow_runs": {"parent_flow_run_id": {"any_": [run]}}}
    found = api.post("/flow_runs/filter", json=asked).json()
    return [one for one in found if one["name"].startswith(prefix)]


def _others(api: httpx.Client, first: str, state: str) -> list[dict[str, Any]]:
    asked = {
        "deployments": {"name": {"any_": ["retrain"]}},
        "flow_runs": {"state": {"type": {"any_": [state]}}},
    }
    found = api.post("/flow_runs/filter", json=asked).json()
    return [one for one in found if one["id"] != first]


@contextmanager
def _api(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        client.headers.update(csrf_headers(client))
        yield client


def _wait(condition: Callable[[], Any], seconds: float = 120) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return value


def test_it_keeps_its_history_in_postgresql_if_told_so(deployed: Site, tmp_path: Path) -> None:
    url = deployed.database.another("history")
    environment = _environment(tmp_path, NOCTURNE_DATABASE_URL=url)
    terminal = tmp_path / "terminal"
    with _serving(environment, terminal):
        assert not list(tmp_path.rglob("*.db"))
        assert _make("server-stop", environment).stdout == "stopped\n"
    logs = "".join(log.read_text() for log in (tmp_path / "state").glob("*.log"))
    assert deployed.database.password not in terminal.read_text() + logs


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("NOCTURNE_PORT", "high", "NOCTURNE_PORT: high is not a port"),
        ("NOCTURNE_GALLERY_PORT", "70000", "NOCTURNE_GALLERY_PORT: 70000 is not a port"),
        ("NOCTURNE_ALERT_URL", "secret", "NOCTURNE_ALERT_URL: Apprise knows no such address"),
        ("NOCTURNE_ROOT", "data", "NOCTURNE_ROOT: data is relative"),
        ("NOCTURNE_ROOT", "s3://me:secret@music", "a password in an address"),
    ],
)
def test_what_cannot_work_is_refused_at_once(
    tmp_path: Path, name: str, value: str, line: str
) -> None:
    done = _make("server", _environment(tmp_path, **{name: value}))
    assert done.returncode != 0
    assert line in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = _make("server", _environment(tmp_path, NOCTURNE_PORT=port))
    assert done.returncode != 0
    assert f"NOCTURNE_PORT: port {port} of 127.0.0.1: Address already in use" in done.stderr


def test_a_database_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://me:secret@127.0.0.1:{free_port()}/prefect"
    done = _make("server", _environment(tmp_path, NOCTURNE_DATABASE_URL=url))
    assert done.returncode != 0
    assert "did not start: see" in done.stderr
    assert "secret" not in done.stderr + (tmp_path / "state/server.log").read_text()
