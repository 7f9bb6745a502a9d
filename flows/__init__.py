"""The flows: ingest, prepare, train, generate, compose, and the command line over them."""
