"""The Prefect server of one command, started while the command still imports what it needs.

Prefect starts such a server by itself, but only once the first flow runs: its start then comes
after all imports, where here it goes on beside them. The server has a folder, a database and a
password of its own; whatever else the user has set up for Prefect servers is left alone. Its
database is a copy of one that an earlier command migrated, which saves half of the start.
"""

import atexit
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import httpx

from nocturne.flows.cli.server_choice import profiles_path
from nocturne.schemas.errors import ServerError, StorageError
from nocturne.tasks.storage.scratch import user_cache
from nocturne.tasks.storage.temporary import temporary_folder

HOST = "127.0.0.1"
POLL_SECONDS = 0.05
GRACE_SECONDS = 5
# What Prefect gives to a temporary server.
TEMPORARY = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}
TIMEOUT = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
ANOTHERS = ("PREFECT_SERVER_", "PREFECT_API_")  # settings of other servers, and of their clients

running: list["subprocess.Popen[bytes]"] = []  # to be killed by who ends this process at once


@cache
def isolate() -> Path:
    """Give this process Prefect settings for a server of its own; return the server's folder.

    To be called before Prefect is imported. Log levels and what else the user has set stand.
    """
    folders = ExitStack()
    home = folders.enter_context(temporary_folder())
    atexit.register(folders.close)
    for name in [name for name in os.environ if name.startswith(ANOTHERS) and name != TIMEOUT]:
        del os.environ[name]
    password = secrets.token_urlsafe(24)  # also in place of one that a profile or file sets
    if profiles_path().is_file():
        os.environ["PREFECT_PROFILES_PATH"] = str(profiles_path().absolute())
    os.environ.update(
        {
            "PREFECT_HOME": str(home),
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{_database(home)}",
            "PREFECT_SERVER_API_AUTH_STRING": password,
            "PREFECT_API_AUTH_STRING": password,
        }
    )
    return home


def start_early() -> Callable[[], None]:
    """Start the server, and hand it over to Prefect; returns what waits until it answers.

    What waits raises ServerError if the server does not answer in time.
    """
    home = isolate()
    copied = _copy_template(home)
    process, port = _started(home, migrate=not copied)
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS

    server = SubprocessASGIServer()
    server.port, server.server_process, server.running = port, process, True
    seconds = PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()

    def wait() -> None:
        if _answers(process, port, seconds):
            return None if copied else _keep_template(home)
        _require_ended(process, seconds)
        _forget_template(home)  # should it be why the server ended
        again, server.port = _started(home, migrate=True)
        server.server_process = again
        if _answers(again, server.port, seconds):
            return _keep_template(home)
        _require_ended(again, seconds)
        raise ServerError(f"the temporary Prefect server does not start: {_last_line(home)}")

    return wait


def end_at_once() -> None:
    """Kill what start_early has started, and delete its folder."""
    for process in running:
        process.kill()  # else it would log its own end after the last words
    if running:
        shutil.rmtree(isolate(), ignore_errors=True)


def _started(home: Path, *, migrate: bool) -> tuple["subprocess.Popen[bytes]", int]:
    """Start the server in its own folder, where it finds no settings of a project."""
    import prefect

    port = _free_port()
    program = [sys.executable, "-P", "-m", "nocturne.flows.cli.watched_server"]
    app = ["--factory", "prefect.server.api.server:create_app"]
    place = ["--app-dir", str(prefect.__module_path__.parent), "--host", HOST, "--port", str(port)]
    settings = {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": str(migrate).lower()}
    with _log(home).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [*program, *app, *place, "--log-level", "error", "--lifespan", "on"],
            env={**os.environ, **TEMPORARY, **settings},
            cwd=home,
            stdin=subprocess.PIPE,  # never written to: it closes when this process ends
            stdout=log,
            stderr=log,
        )
    running.append(process)
    atexit.register(_end, process)  # before Prefect registers what sends the last logs: ends last
    return process, port


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()


def _require_ended(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Raise ServerError if the server still runs: it had its time."""
    if process.poll() is None:
        process.kill()
        raise ServerError(f"the temporary Prefect server did not answer in {seconds:g} seconds")


def _answers(process: "subprocess.Popen[bytes]", port: int, seconds: float) -> bool:
    """Whether the server is healthy before the time is over and before it ends."""
    url = f"http://{HOST}:{port}/api/health"
    deadline = time.monotonic() + seconds
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(url).is_success:
                    return True
            except httpx.TransportError:
                pass
            time.sleep(POLL_SECONDS)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _database(home: Path) -> Path:
    return home / "prefect.db"


def _log(home: Path) -> Path:
    return home / "server.log"


def _last_line(home: Path) -> str:
    lines = _log(home).read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "it ended without a word"


def _template() -> Path:
    """Return where an empty database, as this version of Prefect needs it, is kept."""
    return user_cache() / f"prefect-{version('prefect')}.db"


def _copy_template(home: Path) -> bool:
    """Put a copy of the kept database in place; False where there is none that reads."""
    try:
        shutil.copyfile(_template(), _database(home))
        with closing(sqlite3.connect(_database(home))) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except (FileNotFoundError, PermissionError, StorageError):
        return False
    except sqlite3.Error:  # damaged: made again
        _clear(home)
        return False


def _keep_template(home: Path) -> None:
    """Keep the database of a server that has just started; without it, starts are only slower."""
    with suppress(OSError, sqlite3.Error, StorageError), ExitStack() as stack:
        aside = _template().with_name(f"{_template().name}.{os.getpid()}")
        stack.callback(aside.unlink, missing_ok=True)
        with (
            closing(sqlite3.connect(_database(home))) as database,
            closing(sqlite3.connect(aside)) as copy,
        ):
            database.backup(copy)
        aside.replace(_template())


def _forget_template(home: Path) -> None:
    with suppress(OSError, StorageError):
        _template().unlink(missing_ok=True)
    _clear(home)


def _clear(home: Path) -> None:
    for path in home.glob("prefect.db*"):
        path.unlink()
