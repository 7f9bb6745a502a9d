"""A whole Nocturne site: PostgreSQL, server, deployments and worker, any of which may die.

It is closed to strangers: server and clients share a login, as in the compose file.
"""

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from deploy import gallery
from deploy.server import LEASES
from tests.integration.alert_receiver import receiver
from tests.integration.nocturne import PROJECT
from tests.integration.postgres import Postgres, postgres
from tests.integration.prefect_server import Server, free_port, running, settings, started

METRICS = [sys.executable, "-P", str(PROJECT / "deploy/metrics.py")]  # Prefect, and its figures
WORKER = [*METRICS, "worker", "start", "--pool", "nocturne", "--type", "process"]
STRANGER = [sys.executable, "-P", str(PROJECT / "tests/integration/strangers.py")]
GALLERY = [sys.executable, gallery.__file__]
# What a retrain learns in a minute, in many pieces of work.
RETRAIN = {"batch": 16, "max_epochs": 8, "patience": 50, "shard_files": 5, "workers": 1}
# The automations as deployed, but for their patience: tests cannot wait for minutes. Prefect
# beats no faster than every 30 s.
IMPATIENT = """
from datetime import timedelta
from deploy import automations
automations.SILENCE = timedelta(seconds=60)
automations.SETTLE = timedelta(seconds=1)
automations.apply_automations()
"""


class Site:
    """The parts of a site, their logs and their storage root."""

    def __init__(self, home: Path, database: Postgres, source: Path, parts: ExitStack) -> None:
        """Start the server on its database, and deploy everything."""
        self.home, self.root, self.database, self.parts = home, home / "data", database, parts
        self.root.mkdir()
        self.password = secrets.token_hex(16)
        self.receiver = parts.enter_context(receiver())
        self.metrics_port = str(free_port())
        port = str(free_port())
        self.environment = settings(
            home,
            NOCTURNE_ROOT=str(self.root),
            NOCTURNE_CORPUS="folk",
            NOCTURNE_SOURCE=str(source),
            NOCTURNE_TIMEZONE="Europe/Berlin",
            NOCTURNE_TRAIN_QUEUE="gpu",
            NOCTURNE_ALERT_URL=self.receiver.url,
            NOCTURNE_GALLERY_URL=f"http://127.0.0.1:{port}",
            PREFECT_API_AUTH_STRING=f"nocturne:{self.password}",
            TF_CPP_MIN_LOG_LEVEL="3",
        )
        self.night = ""  # the id of an unattended retrain, once it is planned
        self.start_server()
        parts.enter_context(
            running([*GALLERY, str(self.root), port], self.environment, home / "gallery.log")
        )
        self.run("-m", "deploy.deploy")

    def run(self, *arguments: str) -> None:
        """Run Python in the checkout, as a client of the server."""
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=PROJECT, env=self.environment, check=True)

    def start_server(self) -> None:
        """Start the server, at the same address every time."""
        self.server: Server = self.parts.enter_context(
            started(
                self.environment,
                self.home / "server.log",
                PREFECT_SERVER_API_AUTH_STRING=self.environment["PREFECT_API_AUTH_STRING"],
                PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=LEASES,
                PREFECT_SERVER_CSRF_PROTECTION_ENABLED="true",
                PREFECT_SERVER_DATABASE_CONNECTION_URL=self.database.url,
                PREFECT_SERVER_METRICS_ENABLED="true",
            )
        )

    def kill_server(self) -> None:
        """Kill -9 the server."""
        self.server.process.kill()
        self.server.process.wait(20)

    def start_stranger(self) -> None:
        """Start a flow that is none of Nocturne's."""
        id_file = self.home / "stranger"
        environment = {**self.environment, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
        command = [*STRANGER, str(id_file)]
        running_stranger = running(command, environment, self.home / "stranger.log")
        self.stranger = self.parts.enter_context(running_stranger)
        eventually(id_file.exists, self, 60)
        self.stranger_run = id_file.read_text()

    def start_worker(self) -> None:
        """Start a worker on all queues, with its figures for Prometheus."""
        metrics = {
            "PREFECT_CLIENT_METRICS_ENABLED": "true",
            "PREFECT_CLIENT_METRICS_PORT": self.metrics_port,
        }
        self.worker = psutil.Process(
            self.parts.enter_context(
                running(WORKER, {**self.environment, **metrics}, self.home / "worker.log")
            ).pid
        )

    def kill_worker(self) -> None:
        """Kill -9 the worker with all it runs, as a machine that loses its power."""
        doomed = [self.worker, *self.worker.children(recursive=True)]
        for process in doomed:
            process.kill()
        psutil.wait_procs(doomed, timeout=20)

    def start(self, deployment: str, seconds_ahead: float = 0, **config: Any) -> str:
        """Create a run, due then, of a deployment with some of its config changed; its id."""
        known = self.server.deployments()[deployment]
        due = datetime.now(UTC) + timedelta(seconds=seconds_ahead)
        run = self.server.post(
            f"/deployments/{known['id']}/create_flow_run",
            parameters={"config": {**known["parameters"]["config"], **config}},
            state={"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}},
        )
        return str(run["id"])

    def switch(self, automation: str, *, on: bool) -> None:
        """Let an automation rest, or work again."""
        (known,) = (
            one for one in self.server.post("/automations/filter") if one["name"] == automation
        )
        answer = self.server.api.patch(f"/automations/{known['id']}", json={"enabled": on})
        assert answer.is_success, answer.text

    def freeze(self, run_id: str) -> None:
        """Stop the processes of a run where they are."""
        for process in self.worker.children(recursive=True):
            if process.environ().get("PREFECT__FLOW_RUN_ID", "").replace("-", "") == (
                run_id.replace("-", "")
            ):
                process.suspend()

    def last_logs(self) -> str:
        """What server and worker have logged last, to explain a failure."""
        logs = (self.home / f"{part}.log" for part in ("server", "worker"))
        return "\n".join(log.read_text()[-3000:] for log in logs if log.exists())


@contextmanager
def site(home: Path, source: Path) -> Iterator[Site]:
    """Run a site beside the block, and end all its parts with it."""
    with postgres() as database, ExitStack() as parts:
        running_site = Site(home, database, source, parts)
        running_site.start_worker()
        yield running_site


def eventually(condition: Callable[[], Any], site: Site, seconds: float = 300) -> Any:
    """Return the condition's value as soon as it is true; fail with the logs if it never is."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, site.last_logs()
        time.sleep(0.05)
    return value
