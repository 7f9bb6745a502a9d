"""Run Prefect, and serve what it counts for Prometheus, with the figures of the storage root.

    python -P deploy/metrics.py [arguments of `prefect`]

The worker (worker.py) starts Prefect's worker by this module. Prefect's own switch,
PREFECT_CLIENT_METRICS_ENABLED, opens PREFECT_CLIENT_METRICS_PORT on every address of the machine,
and in every run of the worker too, where the port is taken and the run fails for it. So the switch
is read here, the port opened once, on loopback or NOCTURNE_METRICS_HOST, and the switch turned off
for everything that follows: Prefect's counters are in the process, whatever the switch says.
"""

import os
import runpy
import sys
from collections.abc import MutableMapping

from prometheus_client import REGISTRY, start_http_server

from nocturne.tasks.pages.gauges import RootFigures

ENABLED, PORT = "PREFECT_CLIENT_METRICS_ENABLED", "PREFECT_CLIENT_METRICS_PORT"
HOST = "NOCTURNE_METRICS_HOST"
DEFAULT_PORT = "4201"


def main(arguments: list[str]) -> None:
    """Serve the figures if that is switched on, then run Prefect with these arguments."""
    serve(os.environ)
    sys.argv = ["prefect", *arguments]
    runpy.run_module("prefect", run_name="__main__")


def serve(environment: MutableMapping[str, str]) -> None:
    """Serve the figures if the environment says so, and turn off Prefect's own switch in it.

    A port that cannot be opened is one line: the worker works without.
    """
    switch = environment.pop(ENABLED, "").lower()
    environment[ENABLED] = "false"
    if switch not in ("1", "true", "yes", "on"):
        return
    host, port = environment.get(HOST) or "127.0.0.1", environment.get(PORT) or DEFAULT_PORT
    try:
        start_http_server(int(port), host)
    except (ValueError, OverflowError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a port"
        print(f"no figures for Prometheus at port {port} of {host}: {why}", flush=True)
        return
    if root := environment.get("NOCTURNE_ROOT"):
        REGISTRY.register(RootFigures(root))
    print(f"figures for Prometheus: http://{host}:{port}/metrics", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
