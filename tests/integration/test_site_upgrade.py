"""A site is upgraded in the middle of a run: worker and server stop, and come back."""

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.nocturne import PROJECT
from tests.integration.prefect_server import running
from tests.integration.site import RETRAIN, Site, eventually

pytestmark = [pytest.mark.site, pytest.mark.timeout(600)]

WORKER = [sys.executable, "-m", "deploy.worker"]


def test_a_run_in_progress_is_marked_and_goes_on_after_the_upgrade(
    deployed: Site, tmp_path: Path
) -> None:
    deployed.run("-m", "deploy.deploy")
    deployed.kill_worker()
    log = tmp_path / "log"
    asked = {**RETRAIN, "samples": 1, "notes": 16, "max_epochs": 500, "audio": False}
    with running(WORKER, deployed.environment, log, PROJECT):
        run = deployed.start("compose", root=str(tmp_path / "root"), **asked)
        eventually(lambda: len(_stages(deployed, run)) == 3, deployed)  # it trains
    state = deployed.server.ended(run, 5)  # at once: nobody has to wait for silence
    assert (state["type"], state["message"].split(".")[0]) == (
        "CRASHED",
        "The worker was stopped in the middle of the run",
    )
    assert not [one for one in _stages(deployed, run) if one["state"]["type"] == "RUNNING"]
    triggers = _triggers(deployed)
    deployed.kill_server()
    deployed.start_server()
    deployed.run("-m", "deploy.deploy")
    assert _triggers(deployed) == triggers
    with running(WORKER, deployed.environment, log, PROJECT):
        again = eventually(lambda: _others(deployed, run, "RUNNING"), deployed, 90)[0]
        assert again["parameters"]["config"]["root"] == str(tmp_path / "root")
        time.sleep(1)
    assert deployed.server.ended(again["id"], 5)["type"] == "CRASHED"


def _others(place: Site, run: str, *states: str) -> list[Any]:
    return [one for one in place.server.runs("compose", *states) if one["id"] != run]


def _stages(place: Site, run: str) -> list[Any]:
    found: list[Any] = place.server.post(
        "/flow_runs/filter", flow_runs={"parent_flow_run_id": {"any_": [run]}}
    )
    return found


def _triggers(place: Site) -> dict[str, str]:
    """Return the ids of the triggers of the automations that watch runs."""
    found = place.server.post("/automations/filter")
    return {one["name"]: one["trigger"]["id"] for one in found if "crash" in one["name"]}
