"""The Prefect server of one command, started while the command still imports what it needs.

Prefect starts the same server by itself, but only once the first flow runs: its start then comes
after all imports, where here it goes on beside them.
"""

import atexit
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import httpx

HOST = "127.0.0.1"
POLL_SECONDS = 0.05
GRACE_SECONDS = 5
# What Prefect gives to a temporary server.
TEMPORARY = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}

running: list["subprocess.Popen[bytes]"] = []  # to be killed by who ends this process at once


def start_early() -> Callable[[], None]:
    """Start the server, and hand it over to Prefect; returns what waits until it answers.

    Where it does not answer in time, Prefect is left to start one and to say what is wrong.
    """
    port = _free_port()
    process = _started(port)
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS

    server = SubprocessASGIServer()
    server.port, server.server_process, server.running = port, process, True

    def wait() -> None:
        seconds = PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
        if not _answers(process, f"{server.api_url}/health", seconds):
            process.kill()
            server.port, server.server_process, server.running = None, None, False

    return wait


def _started(port: int) -> "subprocess.Popen[bytes]":
    import prefect
    from prefect.settings import get_current_settings

    settings = get_current_settings().to_environment_variables(exclude_unset=True)
    program = [sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app"]
    place = ["--app-dir", str(prefect.__module_path__.parent), "--host", HOST, "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 (our own interpreter)
        [*program, *place, "--log-level", "error", "--lifespan", "on"],
        env={**os.environ, **TEMPORARY, **settings},
    )
    running.append(process)
    atexit.register(_end, process)  # before Prefect registers what sends the last logs: ends last
    return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(process: "subprocess.Popen[bytes]", url: str, seconds: float) -> bool:
    """Whether the server is healthy before the time is over and before it ends."""
    deadline = time.monotonic() + seconds
    with httpx.Client() as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(url).is_success:
                    return True
            except httpx.TransportError:
                time.sleep(POLL_SECONDS)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
