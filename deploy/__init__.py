"""Running the flows on a Prefect server: deployments, automations, worker, local server."""

import nocturne.flows.cli  # noqa: F401 - it refuses systems that nothing here runs on
