"""Deployments that the version before made are updated in place, and their runs go on.

The tests stop the site's worker, so they come after every test that needs it.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.nocturne import PROJECT
from tests.integration.prefect_server import running
from tests.integration.site import Site

pytestmark = [pytest.mark.site, pytest.mark.timeout(600)]

WORKER = [sys.executable, "-m", "deploy.worker"]
# As deploy/prefect.yaml of the version before named the flows.
OLD = {
    "ingest": "flows.ingest.ingest",
    "prepare": "flows.prepare.prepare",
    "retrain": "flows.retrain.retrain",
    "generate": "flows.generate.generate",
    "compose": "flows.compose.compose",
    "promote": "flows.promote.promote",
}
NEW = {name: f"nocturne.{entrypoint}" for name, entrypoint in OLD.items()} | {
    "tidy": "nocturne.flows.tidy.tidy"  # which the version before did not have
}


@pytest.fixture
def old(deployed: Site) -> Site:
    """Return the site without a worker, everything deployed by the version before."""
    if deployed.worker.is_running():
        deployed.kill_worker()
    for name, known in deployed.server.deployments().items():
        entrypoint = OLD.get(name, NEW[name])
        _change(deployed, f"/deployments/{known['id']}", entrypoint=entrypoint, version="0.0.9")
    return deployed


def _change(place: Site, path: str, **fields: Any) -> None:
    answer = place.server.api.patch(path, json=fields)
    assert answer.is_success, answer.text


def _automations(place: Site) -> list[str]:
    return sorted(one["name"] for one in place.server.post("/automations/filter"))


def _entrypoints(place: Site) -> dict[str, str]:
    return {name: one["entrypoint"] for name, one in place.server.deployments().items()}


def test_deploying_over_old_deployments_makes_no_doubles_and_keeps_what_people_set(
    old: Site, tmp_path: Path
) -> None:
    before = old.server.deployments()
    (nightly,) = before["retrain"]["schedules"]
    paused = f"/deployments/{before['retrain']['id']}/schedules/{nightly['id']}"
    automations = _automations(old)
    _change(old, paused, active=False)
    late = old.start("ingest", root=str(tmp_path / "root"), corpus="late", source="folk")

    old.run("-m", "deploy.deploy")

    after = old.server.deployments()
    assert len(old.server.post("/deployments/filter")) == len(after) == len(NEW)
    assert _entrypoints(old) == NEW
    assert {name: one["id"] for name, one in after.items()} == {
        name: one["id"] for name, one in before.items()
    }
    assert [(one["id"], one["active"]) for one in after["retrain"]["schedules"]] == [
        (nightly["id"], False)
    ]
    for name in NEW:
        assert after[name]["parameters"] == before[name]["parameters"]
    assert _automations(old) == automations
    with running(WORKER, old.environment, tmp_path / "log", PROJECT):
        assert old.server.ended(late, 200)["type"] == "COMPLETED"


def test_a_worker_runs_what_old_deployments_scheduled_before_they_are_deployed_again(
    old: Site, tmp_path: Path
) -> None:
    late = old.start("ingest", root=str(tmp_path / "root"), corpus="late", source="folk")
    log = tmp_path / "log"
    with running(WORKER, old.environment, log, PROJECT):
        assert old.server.ended(late, 200)["type"] == "COMPLETED"
    assert _entrypoints(old) == NEW
    assert log.read_text().count("was made by an earlier version") == len(OLD)
