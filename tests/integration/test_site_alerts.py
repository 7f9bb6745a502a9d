"""A person hears of a night: what failed, what is late, what became champion, what has drifted."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nocturne.tasks.storage.layout import METRICS_FILE, champion_path, model_path
from nocturne.tasks.storage.root import Root
from tests.integration.nocturne import PROJECT, in_checkout
from tests.integration.prefect_form import RunPage
from tests.integration.prefect_server import running
from tests.integration.site import Site, eventually
from tests.integration.site_life import Night
from tests.tasks.model.tiny_models import PASSES, add_card

pytestmark = [pytest.mark.site, pytest.mark.timeout(600)]

ASKING = [sys.executable, "-P", str(PROJECT / "tests/integration/asking_run.py")]
ALERTS = """
import os
from datetime import timedelta
from deploy import alerts
{}
alerts.apply_alerts(alerts.alert_settings(os.environ))
"""
IMPATIENT = "alerts.LATE = timedelta(seconds=10); os.environ[alerts.AFTER_DAYS] = '0.00012'"


def _page(place: Site, run: str) -> str:
    return f"link: {place.environment['PREFECT_API_URL'].removesuffix('api')}runs/flow-run/{run}"


def test_a_new_champion_is_announced(deployed: Site, night: Night) -> None:
    title = f"Nocturne: {night.model} is champion"
    message = eventually(lambda: deployed.receiver.message(title), deployed, 60)
    assert "reason: promoted: " in message
    galleries = deployed.environment["NOCTURNE_GALLERY_URL"]
    assert f"report: {galleries}/models/{night.model}/report.html\n" in message
    assert "flow: train\nrun: train small on folk\n" in message
    assert f"root: {deployed.root}" in message


@pytest.mark.usefixtures("night")
def test_a_retrain_that_fails_is_reported_with_its_reason(deployed: Site) -> None:
    run = deployed.start("retrain", source=str(deployed.home / "nowhere"))
    message = eventually(lambda: deployed.receiver.message("failed", run), deployed)
    assert message.startswith("Nocturne: retrain failed\nreason: ")
    assert "nowhere" in message
    assert f"flow: retrain\nrun: retrain small on folk\n{_page(deployed, run)}" in message


@pytest.fixture
def without_worker(deployed: Site) -> Iterator[None]:
    """Let the queue of retrains rest, and wait seconds where an alert waits minutes or days."""
    queue = "/work_pools/nocturne/queues/gpu"
    assert deployed.server.api.patch(queue, json={"is_paused": True}).is_success
    deployed.run("-c", ALERTS.format(IMPATIENT))
    yield
    deployed.run("-c", ALERTS.format(""))
    assert deployed.server.api.patch(queue, json={"is_paused": False}).is_success


@pytest.mark.usefixtures("night", "without_worker")
def test_a_night_that_nobody_works_on_is_late_and_then_missing(deployed: Site) -> None:
    run = deployed.start("retrain")
    late = eventually(lambda: deployed.receiver.message("is late", run), deployed, 120)
    assert "reason: no worker has taken it 0.17 minutes after its time" in late
    assert _page(deployed, run) in late
    missing = eventually(lambda: deployed.receiver.message("no successful night"), deployed, 120)
    assert "Nocturne: no successful night for 0.00012 days" in missing
    assert "flow: retrain\n" in missing
    assert deployed.server.api.delete(f"/flow_runs/{run}").is_success


DRIFTED = """
ROOT = {!r}
from nocturne.schemas.nights import Drift
from nocturne.tasks.recording.night import announce_drift
from tests.tasks.nights.nights_for_tests import night
drift = Drift(model_id="m", by_feature={{"pitch": 0.31}}, overall=0.31, bound=0.2)
announce_drift(ROOT, night(corpus="folk", model_id="folk-1", drift=drift), drift)
"""


def test_a_drift_of_the_corpus_is_reported(deployed: Site, tmp_path: Path) -> None:
    root = str(tmp_path)
    done = in_checkout([sys.executable, "-c", DRIFTED.format(root)], deployed.environment)
    assert done.returncode == 0, done.stderr
    message = eventually(lambda: deployed.receiver.message("has drifted"), deployed, 60)
    assert message.startswith("Nocturne: folk has drifted\nreason: ")
    assert "0.31" in message and "pitch" in message
    assert message.endswith(f"report: {root}/models/folk-1/report.html\nroot: {root}")


def test_a_run_asks_by_an_alert_and_is_answered_in_the_ui(
    deployed: Site, browser: Any, tmp_path: Path
) -> None:
    root = Root.open(str(tmp_path / "root"))
    add_card(root, "m")
    root.write_json(model_path("m", METRICS_FILE), PASSES)
    asking = [*ASKING, root.uri]
    environment = {**deployed.environment, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
    with running(asking, environment, tmp_path / "night.log") as night:
        title = "Nocturne: may m become champion?"
        message = eventually(lambda: deployed.receiver.message(title), deployed, 120)
        assert "reason: 1.00 bits per note below the composite baseline; samples pass" in message
        assert f"report: {root.display_path('models/m/report.html')}" in message
        assert "flow: train\nrun: train small on folk\n" in message
        run = message.partition("/runs/flow-run/")[2].split()[0]
        page = RunPage(browser, deployed.server, run)
        page.agree("May m become champion?")
        page.close()
        assert night.wait(60) == 0
    assert root.exists(champion_path("folk", "factored"))
    words = ("Nocturne: m is champion", "a person agreed")
    eventually(lambda: deployed.receiver.message(*words), deployed, 60)
