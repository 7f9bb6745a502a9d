"""A Prefect server, a worker, the deployments and a gallery on loopback, in one command.

`python -m deploy.server start` stays in front until Ctrl-C or `python -m deploy.server stop`.
Everything it keeps is under .nocturne-server/: logs, Prefect's own files and, unless
NOCTURNE_DATABASE_URL names a PostgreSQL database, the SQLite database. NOCTURNE_PORT and
NOCTURNE_GALLERY_PORT choose the ports, NOCTURNE_ROOT the storage root, NOCTURNE_CORPUS and
NOCTURNE_SOURCE what is retrained.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import httpx

from deploy import alerts, gallery
from deploy.deploy import refuse_without_place, with_defaults
from deploy.ports import refuse_ports
from deploy.processes import AlreadyRunningError, Processes, StateFolder

PROJECT = Path(__file__).parents[1]
SERVER = PROJECT / "deploy/prefect_app.py"
HOST = "127.0.0.1"
PORT = "4200"
GALLERY_PORT = "8088"
METRICS_PORT = "4201"
START_UP_SECONDS = 120
# In files: with leases in memory, a restart of the server ends every run that holds a slot.
LEASES = "prefect.server.concurrency.lease_storage.filesystem"


def main(arguments: list[str]) -> None:
    """Start or stop; exit with one line if that fails."""
    state = StateFolder(Path(os.environ.get("NOCTURNE_SERVER", PROJECT / ".nocturne-server")))
    if arguments == ["stop"]:
        print("stopped" if state.stop() else "nothing runs")
    elif arguments == ["start"]:
        try:
            with state.held() as lock:
                settings = environment(os.environ, state.path)
                refuse_without_place(settings)
                alerts.alert_settings(settings)
                refuse_ports(ports(settings), HOST)
                serve(Processes(state, lock), settings)
        except AlreadyRunningError:
            print(f"runs already: {state.address()} (make server-stop ends it)")
    else:
        sys.exit("usage: python -m deploy.server start|stop")


def environment(inherited: Mapping[str, str], state: Path) -> dict[str, str]:
    """Return the environment of server, worker and deployment; what the user has set stays."""
    port = inherited.get("NOCTURNE_PORT", PORT)
    defaults = {
        "DO_NOT_TRACK": "1",
        "NOCTURNE_GALLERY_PORT": GALLERY_PORT,
        "NOCTURNE_ROOT": str(Path.cwd() / "nocturne-data"),
        "NOCTURNE_CORPUS": "",  # named after the source
        "NOCTURNE_SOURCE": "folk",
        "PREFECT_CLIENT_METRICS_ENABLED": "true",
        "PREFECT_CLIENT_METRICS_PORT": inherited.get("NOCTURNE_METRICS_PORT", METRICS_PORT),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_METRICS_ENABLED": "true",
        "PREFECT_WORKER_QUERY_SECONDS": "5",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    fixed = {
        "PREFECT_API_URL": f"http://{HOST}:{port}/api",
        "PREFECT_HOME": str(state / "home"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": LEASES,
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": port,
    }
    if database := inherited.get("NOCTURNE_DATABASE_URL"):
        fixed["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
    settings = with_defaults({**defaults, **inherited, **fixed})
    if shows_gallery(settings):
        address = f"http://{gallery.HOST}:{settings['NOCTURNE_GALLERY_PORT']}"
        settings.setdefault("NOCTURNE_GALLERY_URL", address)
    return settings


def shows_gallery(settings: Mapping[str, str]) -> bool:
    """Return whether the storage root is a folder, whose pages can be served from here."""
    return "://" not in settings["NOCTURNE_ROOT"]


def ports(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the ports that are needed, by the variable that sets each."""
    found = {"NOCTURNE_PORT": settings["PREFECT_SERVER_API_PORT"]}
    if shows_gallery(settings):
        found["NOCTURNE_GALLERY_PORT"] = settings["NOCTURNE_GALLERY_PORT"]
    return found


def serve(processes: Processes, settings: dict[str, str]) -> None:
    """Start all parts, print their addresses, and end them on a signal or when one fails."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs ignore SIGINT,
        signal.signal(number, _interrupt)  # and so would the worker, which ends itself by it
    api = settings["PREFECT_API_URL"]
    for_deploy, settings = settings, {k: v for k, v in settings.items() if k != alerts.URL}
    try:
        processes.start("server", [sys.executable, "-P", str(SERVER)], settings)
        wait_until_answers(processes, "server", f"{api}/health")
        deploy = [sys.executable, "-m", "deploy.deploy"]
        if subprocess.run(deploy, cwd=PROJECT, env=for_deploy, check=False).returncode:
            sys.exit("the deployments could not be made; the reason is above")
        worker = [sys.executable, "-m", "deploy.worker"]
        processes.start("worker", worker, settings, PROJECT)
        if shows_gallery(settings):
            place = [settings["NOCTURNE_ROOT"], settings["NOCTURNE_GALLERY_PORT"]]
            processes.start("gallery", [sys.executable, "-P", gallery.__file__, *place], settings)
            wait_until_answers(processes, "gallery", f"http://{gallery.HOST}:{place[1]}/samples/")
            print(f"Galleries: {settings['NOCTURNE_GALLERY_URL']}/samples/")
        processes.announce(api.removesuffix("/api"))
        failed = processes.wait()
        sys.exit(f"the {failed} ended by itself: see {processes.log(failed)}")
    except KeyboardInterrupt:
        print("stopping")
    finally:
        processes.stop()


def wait_until_answers(processes: Processes, name: str, address: str) -> None:
    """Return once a process answers at an address; exit with one line if it does not in time."""
    deadline = time.monotonic() + START_UP_SECONDS
    while time.monotonic() < deadline and not processes.ended():
        try:
            if httpx.get(address, timeout=5, trust_env=False).is_success:  # never by a proxy
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    sys.exit(f"the {name} at {address} did not start: see {processes.log(name)}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(sys.argv[1:])
