"""Which Prefect server runs report to: a lasting one, or the temporary one of one command."""

import os

TEMPORARY = "NOCTURNE_TEMPORARY_SERVER"  # set by the command that starts a temporary server


def has_lasting_server() -> bool:
    """Return whether runs report to a server that people look at after this process has ended."""
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value()) and TEMPORARY not in os.environ
