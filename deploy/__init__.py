"""Running the flows on a Prefect server: deployments, automations, worker, local server."""
