"""The command line: commands, terminal, results, a Prefect session of its own."""

try:
    import fcntl
    import resource
except ImportError:  # Windows
    raise SystemExit(
        "error: nocturne runs on Linux and macOS, not on this system; on Windows use WSL 2"
    ) from None

del fcntl, resource
