"""How the flows come to a Prefect server: deployments, automations, a server of one's own."""

import nocturne.flows.cli  # noqa: F401 - it refuses systems that nothing here runs on
