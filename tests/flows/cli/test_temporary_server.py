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
from nocturne.flows.cli.temporary_server import (running, start_early)
ready = start_early()
{then}
ready()
from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    print(client.hello().text, client.api_url, running[0].args[-5], running[0].pid)
"""


def _run(then: str, home: Path, program: str = USES) -> tuple[str, str, str, str]:
    inherited = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    done = subprocess.run(
        [sys.executable, "-c", program.format(then=then) if then or program is USES else program],
        cwd=PROJECT,
        env={
            **inherited,
            **LOCAL_DEFAULTS,
            "PREFECT_HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    *_, line = done.stdout.splitlines()
    words = line.rsplit(" ", 3)
    return words[0], words[1], words[2], words[3]


@pytest.mark.integration
def test_prefect_uses_the_server_that_was_started_and_it_ends_with_the_process(
    tmp_path: Path,
) -> None:
    _, address, port, pid = _run("", tmp_path)
    assert f"http://127.0.0.1:{port}/api" in address
    assert not Path(f"/proc/{pid}").exists()
    assert not list(tmp_path.glob("prefect.db*"))  # the user's own database is left alone


@pytest.mark.integration
def test_where_it_dies_another_is_started_with_a_new_database(tmp_path: Path) -> None:
    kept = tmp_path / f"cache/nocturne/prefect-{version('prefect')}.db"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)
    _, address, port, _ = _run("running[0].kill()", tmp_path)
    assert f":{port}/" not in address
    with closing(sqlite3.connect(kept)) as database:  # for the next command
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM flow_run").fetchone() == (0,)


def test_a_server_that_does_not_start_is_told_with_its_own_last_line(tmp_path: Path) -> None:
    program = (
        "from nocturne.flows.cli import temporary_server as server\n"
        "server.TEMPORARY = {'PREFECT_SERVER_LOGGING_LEVEL': 'loud'}\n"
        "server.start_early()()"
    )
    with pytest.raises(subprocess.CalledProcessError) as failed:
        _run("", tmp_path, program)
    last = failed.value.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "nocturne.schemas.errors.ServerError: the temporary Prefect server does not"
    )
