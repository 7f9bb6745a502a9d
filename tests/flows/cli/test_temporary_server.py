"""A command's own server: started early, used by Prefect, and gone with the process."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from nocturne.flows.cli.prefect_session import LOCAL_DEFAULTS

PROJECT = Path(__file__).parents[3]
# What nocturne.flows.cli.console does, and then what a flow would do.
USES = """
from nocturne.flows.cli.temporary_server import TemporaryServer
server = TemporaryServer()
server.start()
first = server.process.pid
{then}
server.wait_until_ready()
from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    print(client.hello().text, client.api_url, server.address, first, server.process.pid)
"""
SERVER_DIES = "server.process.kill(); server.process.wait()"
NEVER_STARTS = """
import os
from nocturne.flows.cli.temporary_server import TemporaryServer
server = TemporaryServer()
os.environ["PREFECT_SERVER_LOGGING_LEVEL"] = "loud"
server.start()
del os.environ["PREFECT_SERVER_LOGGING_LEVEL"]
import prefect
os.environ["PREFECT_SERVER_LOGGING_LEVEL"] = "loud"
server.wait_until_ready()
"""


def _run(program: str, home: Path, **settings: str) -> list[str]:
    """Run a program with nothing of the user's Prefect; return the words of its last line."""
    inherited = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={**inherited, **LOCAL_DEFAULTS, "PREFECT_HOME": str(home), **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()[-1].split()


@pytest.mark.integration
def test_prefect_uses_the_server_that_was_started_and_it_ends_with_the_process(
    tmp_path: Path,
) -> None:
    *_, client_address, address, first, last = _run(USES.format(then=""), tmp_path)
    assert client_address.rstrip("/") == address
    assert first == last
    assert not Path(f"/proc/{last}").exists()
    assert not list(tmp_path.glob("prefect.db*"))  # the user's own database is left alone


@pytest.mark.integration
def test_where_it_dies_another_is_started_with_a_new_database(tmp_path: Path) -> None:
    kept = tmp_path / f"cache/nocturne/prefect-{version('prefect')}.db"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)
    cache = str(tmp_path / "cache")
    *_, first, last = _run(USES.format(then=SERVER_DIES), tmp_path, XDG_CACHE_HOME=cache)
    assert first != last
    with closing(sqlite3.connect(kept)) as database:  # for the next command
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM flow_run").fetchone() == (0,)


def test_a_server_that_does_not_start_is_reported_with_its_own_last_line(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        _run(NEVER_STARTS, tmp_path)
    last = failed.value.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "nocturne.schemas.errors.ServerError: the temporary Prefect server does not"
    )
