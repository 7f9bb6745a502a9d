"""A real Prefect server with a database of its own, on a free port of loopback."""

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.integration.nocturne import PROJECT, inherited

PREFECT = [sys.executable, "-m", "prefect"]
SERVER = [sys.executable, "-P", str(PROJECT / "deploy/prefect_app.py")]
FINAL = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass(frozen=True)
class Server:
    """How to reach a server: its API, and the environment of its clients."""

    api: httpx.Client
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def post(self, path: str, **body: Any) -> Any:
        """Return what the API answers; AssertionError for a refusal."""
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def deployments(self) -> dict[str, Any]:
        """Return every deployment by its name."""
        return {one["name"]: one for one in self.post("/deployments/filter")}

    def runs(self, deployment: str, *states: str) -> list[dict[str, Any]]:
        """Return a deployment's runs in any of these states, the earliest first."""
        found: list[dict[str, Any]] = self.post(
            "/flow_runs/filter",
            deployments={"name": {"any_": [deployment]}},
            flow_runs={"state": {"type": {"any_": list(states)}}},
            sort="EXPECTED_START_TIME_ASC",
        )
        return found

    def ended(self, run_id: str, seconds: float = 60) -> dict[str, Any]:
        """Wait for a run to end; return its last state."""
        deadline = time.monotonic() + seconds
        while True:
            state: dict[str, Any] = self.api.get(f"/flow_runs/{run_id}").json()["state"]
            if state["type"] in FINAL:
                return state
            assert time.monotonic() < deadline, f"still {state['name']}: {state['message']}"
            time.sleep(0.3)


def settings(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of the user's Prefect or Nocturne."""
    port = str(free_port())
    return {
        **{name: value for name, value in inherited().items() if "NOCTURNE" not in name},
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_HOME": str(home / "prefect-home"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": port,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        **more,
    }


@contextmanager
def started(environment: dict[str, str], log: Path, **of_server: str) -> Iterator[Server]:
    """Start a server, wait until it is healthy, and end it with the block.

    `of_server` is what only the server knows and none of its clients.
    """
    login = environment.get("PREFECT_API_AUTH_STRING")
    with (
        running(SERVER, {**environment, **of_server}, log) as process,
        httpx.Client(base_url=environment["PREFECT_API_URL"], timeout=30) as api,
    ):
        deadline = time.monotonic() + 120
        while not _is_healthy(api):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.3)
        if login:
            user, _, password = login.partition(":")
            api.auth = httpx.BasicAuth(user, password)
            api.headers.update(csrf_headers(api))
        yield Server(api, environment, process)


def csrf_headers(api: httpx.Client) -> dict[str, str]:
    """Return the headers that a client needs to change anything."""
    client = str(uuid.uuid4())
    token = api.get("/csrf-token", params={"client": client}).json()["token"]
    return {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}


@contextmanager
def running(
    command: list[str], environment: dict[str, str], log: Path, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, in a folder or beside its log, and end it with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder or log.parent,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_healthy(api: httpx.Client) -> bool:
    try:
        return api.get("/health").is_success
    except httpx.TransportError:
        return False


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
