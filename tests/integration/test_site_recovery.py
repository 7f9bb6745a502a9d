"""What was killed is noticed, started once more and ends the same; then nothing is left."""

import json
import re
from typing import Any

import pytest

from tests.integration.prefect_server import FINAL
from tests.integration.site import Site, eventually
from tests.integration.site_life import Killed, Night, contents, started_again

pytestmark = [pytest.mark.site, pytest.mark.timeout(900)]

PAGE = 200  # the most that the server lists at a time


@pytest.mark.parametrize("deployment", ["ingest", "retrain", "generate"])
def test_what_died_in_the_middle_is_started_once_more(
    deployed: Site, killed: Killed, deployment: str
) -> None:
    first = killed.runs[deployment]
    assert deployed.server.ended(first, 150)["type"] == "CRASHED"
    again = eventually(lambda: started_again(deployed, deployment, first), deployed)
    assert again["state"]["type"] == "COMPLETED", deployed.last_logs()


def test_an_alert_names_the_retrain_that_crashed(deployed: Site, killed: Killed) -> None:
    run = killed.runs["retrain"]
    message = eventually(lambda: deployed.receiver.message("crashed", run), deployed)
    assert "flow: retrain\nrun: retrain small on folk\n" in message
    assert "reason: " in message and "Published data stays" in message


@pytest.mark.usefixtures("killed")
def test_the_run_of_a_stranger_is_left_alone(deployed: Site) -> None:
    """It fell silent with the others, which are marked by now, as are their stages."""
    stages = deployed.server.post(
        "/flow_runs/filter",
        flow_runs={"parent_flow_run_id": {"any_": [deployed.stranger_run]}},
    )
    assert [one["name"] for one in stages] == ["a stranger's stage"]
    run = deployed.server.api.get(f"/flow_runs/{deployed.stranger_run}").json()
    assert [one["state"]["type"] for one in (run, *stages)] == ["RUNNING", "RUNNING"]
    _end(deployed, run, *stages)


def test_the_stages_of_a_dead_run_are_marked_too(deployed: Site, killed: Killed) -> None:
    def under_way() -> Any:
        return deployed.server.post(
            "/flow_runs/filter",
            flow_runs={
                "parent_flow_run_id": {"any_": [killed.runs["retrain"]]},
                "state": {"type": {"any_": ["RUNNING", "PENDING"]}},
            },
        )

    eventually(lambda: not under_way(), deployed, 150)


def _end(place: Site, *runs: Any) -> None:
    for run in runs:
        place.server.post(
            f"/flow_runs/{run['id']}/set_state",
            state={"type": "CANCELLED", "name": "Cancelled"},
            force=True,
        )


def test_it_ends_the_same_as_if_nothing_had_happened(
    deployed: Site, night: Night, killed: Killed
) -> None:
    notes = contents(deployed.root / "notes/folk", "*.parquet")
    assert contents(deployed.root / "notes/again", "*.parquet") == notes
    assert contents(killed.root / "notes/folk", "*.parquet") == notes
    weights = f"models/{night.model}/weights.safetensors"
    assert (killed.root / weights).read_bytes() == (deployed.root / weights).read_bytes()
    same_seed = f"{night.samples.name.rpartition('-')[0]}-*"
    (many,) = (found.parent for found in deployed.root.glob(f"samples/{same_seed}/00271.mid"))
    music, first_night = contents(many, "*.mid"), contents(night.samples, "*.mid")
    assert len(music) == 272
    assert {name: music[name] for name in first_night} == first_night


@pytest.mark.usefixtures("killed")
def test_nothing_is_left_running_and_no_slot_is_taken(deployed: Site) -> None:
    states = ("RUNNING", "PENDING", "CANCELLING")

    def idle() -> bool:
        return not any(
            deployed.server.runs(name, *states) for name in deployed.server.deployments()
        )

    eventually(idle, deployed)  # a generation may still wait for its turn
    limits = deployed.server.post("/v2/concurrency_limits/filter")
    assert {limit["active_slots"] for limit in limits} == {0}


def _all(place: Site, path: str, **filters: Any) -> list[Any]:
    """Return what the server lists, of which it gives PAGE at a time."""
    found: list[Any] = []
    while page := place.server.post(path, offset=len(found), limit=PAGE, **filters):
        found += page
    return found


def test_flow_and_task_runs_have_names_that_say_what_they_do(deployed: Site, night: Night) -> None:
    ended = {"state": {"type": {"any_": list(FINAL)}}}
    ran = _all(deployed, "/flow_runs/filter", flow_runs=ended)
    flows = {one["name"] for one in ran if one["run_count"]}
    assert {"ingest folk", "prepare folk", "train small on folk"} <= flows
    assert not [name for name in flows if re.fullmatch(r"[a-z]+-[a-z]+", name)]
    ran = _all(deployed, "/task_runs/filter")
    tasks = {one["name"] for one in ran if one["run_count"]}  # killed before: has no name yet
    assert {"shard folk", "extract shard 0", f"evaluate {night.model}"} <= tasks
    assert not [name for name in tasks if re.fullmatch(r"[a-z ]+-[0-9a-f]{3}", name)]


@pytest.mark.usefixtures("night")
def test_no_secret_is_in_anything_that_is_kept(deployed: Site) -> None:
    kinds = ("artifacts", "flow_runs", "task_runs", "deployments", "logs", "automations", "events")
    texts = [json.dumps(deployed.server.post(f"/{kind}/filter")) for kind in kinds]
    texts += [log.read_text() for log in deployed.home.glob("*.log")]
    texts += [path.read_text() for path in deployed.root.rglob("*.json")]
    assert len(deployed.server.post("/logs/filter")) > 100
    for secret in (
        deployed.password,
        deployed.database.password,
        deployed.receiver.password,
    ):
        assert not [text[:200] for text in texts if secret in text]
