"""The Prefect server of one command, started while the command still imports what it needs.

The command reaches it as it would any other server: by PREFECT_API_URL and the other public
settings. Prefect would start a server by itself, but later, after the imports; with its messages
on the terminal; and it would outlive a command that is killed. This server has a folder, a
database and a password of its own, and ends with the command.
"""

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import httpx

from nocturne.flows.cli.database_template import (
    copy_template,
    delete_database,
    forget_template,
    keep_template,
)
from nocturne.flows.cli.server_choice import profiles_path
from nocturne.schemas.errors import ServerError
from nocturne.tasks.server_kind import TEMPORARY
from nocturne.tasks.storage.temporary import temporary_folder

HOST = "127.0.0.1"
POLL_SECONDS = 0.05
ANSWER_SECONDS = 1.0  # how long one request for the server's health may take
GRACE_SECONDS = 5
PROGRAM = "nocturne.flows.cli.watched_server"
TIMEOUT = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
FOREIGN = (  # settings of other servers, of their clients, and of where these keep results
    "PREFECT_SERVER_",
    "PREFECT_API_",
    "PREFECT_RESULTS_",
    "PREFECT_DEFAULT_RESULT_",
    "PREFECT_LOCAL_STORAGE_PATH",
)


class TemporaryServer:
    """A Prefect server on a free port of loopback, for this process alone.

    Create it before Prefect is imported: Prefect reads the settings once. Log levels and what
    else the user has set for Prefect stay.
    """

    def __init__(self) -> None:
        """Set Prefect's settings of this process, and listen: nothing serves yet."""
        folders = ExitStack()
        self.home = folders.enter_context(temporary_folder())
        atexit.register(folders.close)
        self.database = self.home / "prefect.db"
        self.log = self.home / "server.log"
        self.listener = socket.create_server((HOST, 0))
        self.address = f"http://{HOST}:{self.listener.getsockname()[1]}/api"
        self.process: subprocess.Popen[bytes] | None = None
        self.has_tables = False
        for name in [name for name in os.environ if name.startswith(FOREIGN) and name != TIMEOUT]:
            del os.environ[name]
        if profiles_path().is_file():
            os.environ["PREFECT_PROFILES_PATH"] = str(profiles_path().absolute())
        os.environ.update(self._settings())

    def _settings(self) -> dict[str, str]:
        password = secrets.token_urlsafe(24)  # also in place of one that a profile or file sets
        return {
            TEMPORARY: "1",
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.address,
            "PREFECT_API_AUTH_STRING": password,
            "PREFECT_SERVER_API_AUTH_STRING": password,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{self.database}",
        }

    def start(self) -> None:
        """Start the server's process, which ends with this one."""
        self.has_tables = copy_template(self.database)
        self._run()
        atexit.register(self._stop)  # before Prefect registers what sends the last logs: ends last

    def wait_until_ready(self) -> None:
        """Return once the server answers; ServerError if it does not in time."""
        from prefect.settings import PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS

        seconds = PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
        if not self._answers(seconds):
            self._require_ended(seconds)
            self._run_with_new_database()
            if not self._answers(seconds):
                self._require_ended(seconds)
                raise ServerError(
                    f"the temporary Prefect server does not start: {self._last_line()}"
                )
        self.listener.close()  # the server has its own copy: if it dies, connections are refused
        if not self.has_tables:
            keep_template(self.database)

    def kill(self) -> None:
        """End the server at once and delete its folder."""
        if self.process:
            self.process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self) -> None:
        """Run the server in its own folder, where it finds no settings of a project."""
        descriptor = self.listener.fileno()
        migrate = str(not self.has_tables).lower()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own interpreter)
                [sys.executable, "-P", "-m", PROGRAM, str(descriptor)],
                env={**os.environ, "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": migrate},
                cwd=self.home,
                stdin=subprocess.PIPE,  # never written to: it closes when this process ends
                stdout=log,
                stderr=log,
                pass_fds=[descriptor],
            )

    def _run_with_new_database(self) -> None:
        """Run the server once more, without the kept database: that may be why the first ended."""
        forget_template()
        delete_database(self.database)
        self.has_tables = False
        self._run()

    def _answers(self, seconds: float) -> bool:
        """Return whether the server is healthy before the time is over and before it ends."""
        deadline = time.monotonic() + seconds
        with httpx.Client(trust_env=False, timeout=ANSWER_SECONDS) as client:
            while time.monotonic() < deadline and self._runs():
                try:
                    if client.get(f"{self.address}/health").is_success:
                        return True
                except httpx.TransportError:
                    pass
                time.sleep(POLL_SECONDS)
        return False

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _require_ended(self, seconds: float) -> None:
        """Raise ServerError if the server still runs: it had its time."""
        if self._runs():
            self.kill()
            raise ServerError(f"the temporary Prefect server did not answer in {seconds:g} seconds")

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it ended without a message"

    def _stop(self) -> None:
        """End the server politely, then for good."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
