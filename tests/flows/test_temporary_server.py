"""A command's own server: started early, used by Prefect, and gone with the process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.local import LOCAL_DEFAULTS

PROJECT = Path(__file__).parents[2]
# What flows.console does, and then what a flow would do.
USES = """
from flows.temporary_server import running, start_early
ready = start_early()
{then}
ready()
from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    print(client.hello().text, client.api_url, running[0].args[-5], running[0].pid)
"""


def _run(then: str, home: Path) -> tuple[str, str, str, str]:
    inherited = {name: value for name, value in os.environ.items() if "PREFECT" not in name}
    done = subprocess.run(
        [sys.executable, "-c", USES.format(then=then)],
        cwd=PROJECT,
        env={**inherited, **LOCAL_DEFAULTS, "PREFECT_HOME": str(home)},
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


@pytest.mark.integration
def test_where_it_dies_prefect_starts_one_itself(tmp_path: Path) -> None:
    _, address, port, _ = _run("running[0].kill()", tmp_path)
    assert f":{port}/" not in address
