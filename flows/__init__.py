"""The flows: ingest, prepare, train, generate, compose, and the command line over them."""

from nocturne.tasks.run_logs import shorten_expected_errors

shorten_expected_errors()
