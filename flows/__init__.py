"""The Prefect flows, each a table of contents; the command line in cli/ runs them."""

from nocturne.tasks.run_logs import shorten_expected_errors

shorten_expected_errors()
