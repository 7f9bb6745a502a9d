"""The command line: commands, terminal, results, a Prefect session of its own."""
