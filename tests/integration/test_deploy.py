"""The deployments on a real server, run by a real worker."""

import sys
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.integration.nocturne import in_checkout
from tests.integration.prefect_server import Server
from tests.integration.site import Site

pytestmark = [pytest.mark.site, pytest.mark.timeout(900)]

NAMES = {"ingest", "prepare", "retrain", "generate", "compose", "promote", "tidy"}
ALERTS = ("failed", "crashed", "late", "no-success", "promotion", "question", "drift")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def server(deployed: Site) -> Server:
    return deployed.server


@pytest.fixture(scope="module")
def place(deployed: Site) -> dict[str, str]:
    """The settings that a deployment needs."""
    return {name: value for name, value in deployed.environment.items() if "NOCTURNE" in name}


def test_every_flow_is_deployed_with_its_place_and_description(
    server: Server, place: dict[str, str]
) -> None:
    found = server.deployments()
    assert set(found) == NAMES
    for name, one in found.items():
        assert one["entrypoint"] == f"nocturne.flows.{name}.{name}"
        assert one["pull_steps"] == []
        assert one["parameters"]["config"]["root"] == place["NOCTURNE_ROOT"]
        assert one["description"]
        assert "nocturne" in one["tags"]
        assert one["work_pool_name"] == "nocturne"
        assert one["work_queue_name"] == ("gpu" if "train" in one["tags"] else "cpu")
    assert "{{" not in str(found)


def test_one_run_at_a_time_while_others_wait_their_turn(server: Server) -> None:
    found = server.deployments()
    strategies = {
        name: (one["concurrency_options"] or {}).get("collision_strategy")
        for name, one in found.items()
        if one["global_concurrency_limit"]
    }
    cancelled = dict.fromkeys(("retrain", "tidy"), "CANCEL_NEW")
    assert strategies == dict.fromkeys(NAMES, "ENQUEUE") | cancelled
    assert {found[name]["global_concurrency_limit"]["limit"] for name in strategies} == {1}


def test_runs_are_scheduled_for_the_next_days(server: Server) -> None:
    now = datetime.now(UTC)
    deadline = time.monotonic() + 30  # the server's scheduler takes turns
    while not (server.runs("retrain", "SCHEDULED") and server.runs("generate", "SCHEDULED")):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    planned = server.runs("retrain", "SCHEDULED")
    nightly = [_start(run) for run in planned if run["auto_scheduled"]]
    assert len(nightly) >= 3
    assert now < nightly[0] < now + timedelta(hours=25)
    assert {hour.astimezone(BERLIN).hour for hour in nightly} == {2}
    weekly = _start(server.runs("generate", "SCHEDULED")[0])
    assert now < weekly < now + timedelta(days=7, hours=1)
    assert (weekly.astimezone(BERLIN).weekday(), weekly.astimezone(BERLIN).hour) == (0, 6)


def _start(run: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(run["expected_start_time"])


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_form_is_the_config_field_by_field(server: Server, name: str) -> None:
    schema = server.deployments()[name]["parameter_openapi_schema"]
    (form,) = (one for one in schema["definitions"].values() if one["type"] == "object")
    config = signature(getattr(import_module(f"nocturne.flows.{name}"), name).fn).parameters[
        "config"
    ]
    assert form["properties"] == config.annotation.model_json_schema()["properties"]


def test_a_wrong_value_is_refused_before_a_run_exists(server: Server) -> None:
    deployment = server.deployments()["generate"]["id"]
    config = {"root": "/nowhere", "samples": 0}
    answer = server.api.post(
        f"/deployments/{deployment}/create_flow_run", json={"parameters": {"config": config}}
    )
    assert answer.status_code == 409
    assert "0 is less than the minimum of 1" in answer.text


def test_deploying_again_updates_in_place(deployed: Site, server: Server) -> None:
    before = {name: one["id"] for name, one in server.deployments().items()}
    automations = _automations(server)
    assert set(automations) == {
        "crash-silent-runs",
        "crash-silent-stages",
        "crash-runs-that-never-start",
        "restart-crashed-runs",
        "generate-on-promotion",
        *(f"alert-{name}" for name in ALERTS),
    }
    deployed.run("-m", "deploy.automations")
    assert _automations(server) == automations
    assert {name: one["id"] for name, one in server.deployments().items()} == before


def _automations(server: Server) -> dict[str, Any]:
    found = server.post("/automations/filter")
    assert len(found) == len({one["name"] for one in found})
    return {one["name"]: one for one in found}


def test_a_worker_runs_what_a_promotion_triggers_and_says_why_it_failed(
    server: Server, tmp_path: Path
) -> None:
    announce = f"from nocturne.tasks.promote import announce; announce({str(tmp_path)!r}, 'folk-x')"
    done = in_checkout([sys.executable, "-c", announce], server.environment)
    assert done.returncode == 0, done.stderr
    state = server.ended(_triggered(server, "folk-x"))
    assert state["type"] == "FAILED"
    assert "ModelError: no trained model under" in state["message"]
    assert "run nocturne train" in state["message"]


def _triggered(server: Server, model: str) -> str:
    """Return the one generation that the promotion of `model` started."""
    deadline = time.monotonic() + 30
    while True:
        found: list[str] = [
            run["id"]
            for run in server.runs("generate", "SCHEDULED", "PENDING", "RUNNING", "FAILED")
            if run["parameters"]["config"].get("model") == model
        ]
        if found:
            assert len(found) == 1
            return found[0]
        assert time.monotonic() < deadline
        time.sleep(0.3)
