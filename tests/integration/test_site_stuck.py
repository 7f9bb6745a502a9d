"""A stuck or interrupted night: every command that deploy/README.md says to type does its work."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nocturne.tasks.model.registry.champion import promote, read_champion
from nocturne.tasks.storage.root import Root
from tests.integration.nocturne import PROJECT, in_checkout
from tests.integration.prefect_server import running
from tests.integration.site import RETRAIN, Site, eventually
from tests.integration.site_life import Night
from tests.tasks.model.tiny_models import add_model

pytestmark = [pytest.mark.site, pytest.mark.timeout(900)]

SECTION = (PROJECT / "deploy/README.md").read_text().partition("## When a night is stuck")[2]
COMMAND = re.compile(r"(?:^ {4}|`)((?:prefect|python|nocturne) [^`\n]+)", re.MULTILINE)
TO_TYPE = set(COMMAND.findall(SECTION.partition("\n## ")[0]))
LISTED = "prefect flow-run ls --flow-name retrain --limit 5 --output json"
LOGGED = "prefect flow-run logs RUN --tail"
CANCELLED = "prefect flow-run cancel RUN"
STARTED = "prefect deployment run retrain/retrain"
SLOTS = "prefect global-concurrency-limit ls"
UNDER_WAY = "python -m deploy.dead_runs"
MARKED = "python -m deploy.dead_runs RUN"
WORKER = "python -m deploy.worker"
ROLLED_BACK = "nocturne promote --rollback --root ROOT"
LONG = {**RETRAIN, "max_epochs": 1000, "patience": 1000}


def test_these_are_the_commands_of_the_readme() -> None:
    here = {LISTED, LOGGED, CANCELLED, STARTED, SLOTS, UNDER_WAY, MARKED, WORKER, ROLLED_BACK}
    assert here == TO_TYPE


def _environment(place: Site) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**place.environment, "PATH": path}


def _typed(place: Site, command: str, **names: str) -> str:
    """Type a command with a run or root in place of its name; return what it printed."""
    for name, value in names.items():
        command = command.replace(name, value)
    done: subprocess.CompletedProcess[str] = in_checkout(command.split(), _environment(place))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _state(place: Site, run: str) -> str:
    state: str = place.server.api.get(f"/flow_runs/{run}").json()["state"]["type"]
    return state


@pytest.fixture
def root(night: Night, tmp_path: Path) -> str:
    """Return a root of its own for a night that gets stuck, after the site's first night."""
    return str(tmp_path / "stuck")


def _stuck(place: Site, root: str) -> str:
    """Start a night that does not end by itself; return its id once it trains."""
    run = place.start("retrain", **LONG, root=root, checkpoint_minutes=0.01)
    eventually(lambda: list(Path(root).glob(".cache/checkpoints/*/*")), place)
    return run


def test_a_night_that_stands_still_is_cancelled_and_started_again(
    deployed: Site, root: str
) -> None:
    run = _stuck(deployed, root)
    assert run in {one["id"] for one in json.loads(_typed(deployed, LISTED))}
    assert "Beginning flow run" in _typed(deployed, LOGGED, RUN=run)
    assert run in _typed(deployed, UNDER_WAY)
    assert "Global Concurrency Limits" in _typed(deployed, SLOTS)
    _typed(deployed, CANCELLED, RUN=run)
    eventually(lambda: _state(deployed, run) == "CANCELLED", deployed)
    _typed(deployed, STARTED)
    (again,) = deployed.server.runs("retrain", "SCHEDULED", "PENDING", "RUNNING")[:1]
    eventually(lambda: _state(deployed, again["id"]) == "RUNNING", deployed)
    # By the settings of the deployment it trains for many minutes.
    _typed(deployed, CANCELLED, RUN=again["id"])
    eventually(lambda: _state(deployed, again["id"]) == "CANCELLED", deployed)


@pytest.fixture
def without_worker(deployed: Site) -> Iterator[None]:
    """Let a test kill the site's worker, and start one after it; nothing restarts its run."""
    deployed.switch("restart-crashed-runs", on=False)
    yield
    deployed.start_worker()
    deployed.switch("restart-crashed-runs", on=True)


@pytest.mark.usefixtures("without_worker")
def test_a_night_whose_worker_is_gone_is_marked_and_a_new_worker_goes_on(
    deployed: Site, root: str
) -> None:
    run = _stuck(deployed, root)
    deployed.kill_worker()
    assert _state(deployed, run) == "RUNNING"
    assert "is marked as Crashed: A person marked the run." in _typed(deployed, MARKED, RUN=run)
    assert _state(deployed, run) == "CRASHED"
    assert run not in _typed(deployed, UNDER_WAY)
    promotion = deployed.start("promote", model="none")
    with running(
        WORKER.split(), _environment(deployed), deployed.home / "worker.log", folder=PROJECT
    ):
        assert deployed.server.ended(promotion, 120)["type"] == "FAILED"  # there is no such model


def test_a_champion_is_taken_back(deployed: Site, tmp_path: Path) -> None:
    root = Root.open(str(tmp_path))
    for number, name in enumerate(("folk-1", "folk-2")):
        add_model(root, name, seed=number, day=number)
        promote(root, name, "for the test")
    assert "folk-1" in _typed(deployed, ROLLED_BACK, ROOT=root.uri)
    champion = read_champion(root, "folk", "factored")
    assert champion and champion.model_id == "folk-1"
