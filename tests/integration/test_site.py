"""A night and a day of a whole site: an unattended retrain, a person, a restart of the server."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.prefect_form import PrefectForm, RunPage
from tests.integration.site import Site, eventually
from tests.integration.site_life import Night

pytestmark = [pytest.mark.site, pytest.mark.timeout(900)]


def test_a_retrain_runs_by_itself_up_to_the_music_it_triggers(deployed: Site, night: Night) -> None:
    champion = (deployed.root / "models/champions/folk/factored.json").read_text()
    assert night.model in champion
    assert night.retrain["name"] == "retrain small on folk"
    assert night.generate["name"] == f"generate 16 with {night.model}"
    assert len(list(night.samples.glob("*.mid"))) == 16
    assert (night.samples / "index.html").exists()


@pytest.mark.usefixtures("night")
def test_every_run_of_the_night_leaves_what_a_person_wants(deployed: Site) -> None:
    found = deployed.server.post("/artifacts/filter")
    by_key = {one["key"]: one for one in found}
    assert set(by_key) >= {"data-quality", "sequences", "model-report", "gallery"}
    for report in ("model-report", "gallery"):
        assert by_key[report]["data"].count("data:image/png") >= 3
    for link in ("data-quality-link", "model-report-link", "gallery-link"):
        address = by_key[link]["data"].partition("](")[2].rstrip(")")
        assert "<html" in httpx.get(address).text
    progress = {one["description"]: one["data"] for one in found if one["type"] == "progress"}
    stages = ("read source", "extract notes", "encode songs", "train model", "evaluate model")
    assert {progress[f"{stage} 100 %"] for stage in stages} == {100}
    assert any(one.startswith("draw notes ") for one in progress)


def test_the_retrain_shows_on_its_own_page_what_its_stages_made(
    deployed: Site, night: Night
) -> None:
    run = {"flow_run_id": {"any_": [night.retrain["id"]]}}
    artifacts = deployed.server.post("/artifacts/filter", artifacts=run)
    keys = {one["key"] for one in artifacts if one["key"]}
    assert keys >= {"data-quality", "sequences", "model-report", "model-report-link"}
    assert "train model 100 %" in {one["description"] for one in artifacts}
    logged = [one["message"] for one in deployed.server.post("/logs/filter", logs=run)]
    verdict = [line for line in logged if line.startswith(f"{night.model}: ")]
    assert len(verdict) == 1 and "promoted" in verdict[0]
    report = f"/models/{night.model}/report.html"
    assert [line for line in logged if line.endswith(report)]


def test_from_a_finished_run_to_the_music_in_two_clicks(
    deployed: Site, night: Night, browser: Any
) -> None:
    page = RunPage(browser, deployed.server, night.generate["id"])
    assert page.clicked("Logs", "/samples/") == 16  # players
    assert page.stranger_requests == []
    page.close()


@pytest.mark.parametrize("ui", ["", "/v2"])
def test_the_ui_asks_no_third_party(deployed: Site, browser: Any, ui: str) -> None:
    page = RunPage(browser, deployed.server, "", ui)
    for place in ("dashboard", "runs", "deployments", "artifacts", "automations", "settings"):
        page.visit(place)
    assert page.seen > 30  # requests
    assert page.stranger_requests == []
    page.close()


def test_a_person_starts_eight_samples_in_a_tempo_with_the_form(
    deployed: Site, night: Night, browser: Any
) -> None:
    form = PrefectForm(browser, deployed.server, "generate")
    assert form.labels()[:3] == ["Samples", "Notes per sample", "Bars per sample"]
    form.fill(Samples="0")
    assert "0 is less than the minimum of 1" in form.refused()
    form.fill(Seed="7")
    form.fill(Seed="", Samples="8", **{"Tempo (BPM)": "90"})
    form.submitted()
    ran = eventually(lambda: _named(deployed, "generate 8 with champion", "COMPLETED"), deployed)
    assert ran["parameters"]["config"]["tempo"] == 90
    assert ran["parameters"]["config"].get("seed") is None  # typed and cleared: new music
    samples = _eight(deployed)
    (report,) = deployed.server.post(
        "/artifacts/filter",
        artifacts={"flow_run_id": {"any_": [ran["id"]]}, "key": {"any_": ["gallery"]}},
    )
    assert form.report(report["id"], samples.name) == 3  # piano rolls
    assert form.followed("Listen in the gallery") == 8  # players
    form.close()


def test_the_form_says_a_rule_in_words(deployed: Site, browser: Any) -> None:
    form = PrefectForm(browser, deployed.server, "compose")
    form.fill(Corpus="my chorales")
    message = form.refused()
    assert "a name of at most 64 letters, digits, dots, dashes and underscores" in message
    assert not set("^$[\\") & set(message)
    form.close()


def _eight(place: Site) -> Path:
    (found,) = (one for one in place.root.glob("samples/*") if len(list(one.glob("*.mid"))) == 8)
    return found


def _named(place: Site, name: str, *states: str) -> Any:
    return next((one for one in place.server.runs("generate", *states) if one["name"] == name), {})


def test_runs_outlive_a_restart_of_the_server_and_of_its_database(
    deployed: Site, night: Night
) -> None:
    asked = {"samples": 300, "notes": 64, "model": night.model, "audio": False, "seed": 7}
    run = deployed.start("generate", **asked)
    eventually(
        lambda: list(deployed.root.glob("samples/*-seed7-*/parts/part-00000.parquet")), deployed
    )
    deployed.database.stop()
    deployed.database.start()
    deployed.kill_server()
    deployed.start_server()
    assert deployed.server.ended(run, 200)["type"] == "COMPLETED", deployed.last_logs()
    assert len(list(deployed.root.glob("samples/*-seed7-*/*.mid"))) == 300
