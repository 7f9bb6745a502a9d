"""Deployments of earlier versions, whose flows had another import name.

`flows.ingest.ingest` became `nocturne.flows.ingest.ingest`. A run looks its entrypoint up when it
starts, so a worker that corrects the deployments first also runs what was scheduled before the
upgrade. `python -m deploy.deploy` brings everything else up to date.
"""

import re

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName

from deploy.dead_runs import POOL

OLD = re.compile(r"flows\.(ingest|prepare|retrain|generate|compose|promote)\.\1")


def new_entrypoint(entrypoint: str | None) -> str | None:
    """Return the present name of a flow that an earlier version deployed; None for any other."""
    return f"nocturne.{entrypoint}" if OLD.fullmatch(entrypoint or "") else None


def correct_old_entrypoints(client: SyncPrefectClient) -> None:
    """Give the old deployments of Nocturne's work pool their present entrypoint."""
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    for deployment in client.read_deployments(work_pool_filter=pool):
        if entrypoint := new_entrypoint(deployment.entrypoint):
            client.update_deployment(deployment.id, DeploymentUpdate(entrypoint=entrypoint))
            print(
                f"deployment {deployment.name} was made by an earlier version: it runs "
                f"{entrypoint} now; python -m deploy.deploy updates the rest",
                flush=True,
            )
