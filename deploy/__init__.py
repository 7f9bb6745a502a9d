"""How the flows come to a Prefect server: deployments, automations, a server of one's own."""
