"""Apply deploy/prefect.yaml and the automations to the server at PREFECT_API_URL.

`python -m deploy.deploy` from the root of the checkout, any number of times: work pool, queues,
deployments and automations are updated in place.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.workers.process import ProcessWorker
from pydantic import ValidationError

from deploy.alerts import URL, alert_settings, apply_alerts
from deploy.automations import apply_automations
from nocturne.schemas.config import IngestConfig
from nocturne.schemas.errors import NocturneError
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.root import Root

PROJECT = Path(__file__).parents[1]
POOL = "nocturne"
QUEUES = ("cpu", "gpu")
PLACES = {"root": "NOCTURNE_ROOT", "corpus": "NOCTURNE_CORPUS", "source": "NOCTURNE_SOURCE"}
DEFAULTS = {
    "NOCTURNE_CORPUS": "",  # named after the source
    "NOCTURNE_PROMOTION": "auto",
    "NOCTURNE_TIMEZONE": "UTC",
    "NOCTURNE_TRAIN_QUEUE": "cpu",
    "NOCTURNE_VERSION": version("nocturne-midi"),
}


def main() -> None:
    """Deploy everything; exit with one line if a setting is missing or wrong."""
    environment = with_defaults(os.environ)
    refuse_without_place(environment)
    alerts = alert_settings(environment)
    with get_client(sync_client=True) as client:
        create_pool(client)
    print(f"deploying to {os.environ.get('PREFECT_API_URL', 'the server of the profile')}")
    deploy_all(environment)
    print(f"runs keep everything in {environment['NOCTURNE_ROOT']}")
    for line in (*apply_automations(), *apply_alerts(alerts)):
        print(line, flush=True)
    write_pages(environment["NOCTURNE_ROOT"])


def deploy_all(environment: Mapping[str, str]) -> None:
    """Apply deploy/prefect.yaml; exit with Prefect's output if it fails."""
    command = ["--no-prompt", "deploy", "--prefect-file", "deploy/prefect.yaml", "--all"]
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *command],
        cwd=PROJECT,
        env={name: value for name, value in environment.items() if name != URL},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout)


def write_pages(root: str) -> None:
    """Write the index pages if the storage root is a folder here, which a page server may show."""
    if not Path(root).is_dir():
        return
    try:
        write_index_pages(Root.open(root))
    except (NocturneError, OSError) as error:  # deployments work without them
        print(f"the index pages stay as they are: {error}", flush=True)


def with_defaults(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with a deployment's defaults for what is not set."""
    return {**DEFAULTS, **environment}


def refuse_without_place(environment: Mapping[str, str]) -> None:
    """Exit with one line if a place is unset, relative, or a value that the configs refuse."""
    check = [str(PROJECT / "deploy/check.sh")]
    done = subprocess.run(
        ["/bin/sh", *check], env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr.strip().rpartition("check.sh: ")[2])
    try:
        IngestConfig.model_validate({field: environment[name] for field, name in PLACES.items()})
        ZoneInfo(environment["NOCTURNE_TIMEZONE"])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = PLACES[str(first["loc"][0])]
        sys.exit(f"{name}: {environment[name]}: {first['msg']}")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = environment["NOCTURNE_TIMEZONE"]
        sys.exit(f"NOCTURNE_TIMEZONE: {zone} is no time zone; give one such as Europe/Berlin")


def create_pool(client: SyncPrefectClient) -> None:
    """Create the work pool and its queues if they are missing."""
    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=POOL, type="process", base_job_template=template)
    with suppress(ObjectAlreadyExists):
        client.create_work_pool(pool)
    known = {queue.name for queue in client.read_work_queues(work_pool_name=POOL)}
    for name in QUEUES:
        if name not in known:
            client.create_work_queue(name=name, work_pool_name=POOL)


if __name__ == "__main__":
    main()
