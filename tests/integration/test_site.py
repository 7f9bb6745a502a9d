"""A night and a day of a whole site: an unattended retrain, a person, and every part killed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.prefect_form import PrefectForm
from tests.integration.prefect_server import FINAL
from tests.integration.site import Site, eventually

pytestmark = [pytest.mark.site, pytest.mark.timeout(900)]

RETRAIN = {"batch": 16, "max_epochs": 8, "patience": 50, "shard_files": 5, "workers": 1}
OFTEN = 0.01  # minutes between checkpoints


@dataclass(frozen=True)
class Night:
    """What a retrain and the generation that it triggered left behind."""

    retrain: dict[str, Any]
    generate: dict[str, Any]
    model: str
    samples: Path


@pytest.fixture(scope="module")
def place(deployed: Site, shared_midi: Path) -> Site:
    return deployed


@pytest.fixture(scope="module")
def night(place: Site) -> Night:
    """One night: nobody does anything but to set the clock a minute ahead."""
    run = place.start("retrain", seconds_ahead=60, **RETRAIN)
    state = place.server.ended(run, 400)
    assert state["type"] == "COMPLETED", place.said()
    played = eventually(lambda: place.server.runs("generate", "COMPLETED"), place)[0]
    (samples,) = (place.root / "samples").iterdir()
    model = played["parameters"]["config"]["model"]
    return Night(place.server.api.get(f"/flow_runs/{run}").json(), played, model, samples)


def test_a_retrain_runs_by_itself_up_to_the_music_it_triggers(place: Site, night: Night) -> None:
    champion = (place.root / "models/champion.json").read_text()
    assert night.model in champion
    assert night.retrain["name"] == "retrain small on folk"
    assert night.generate["name"] == f"generate 16 with {night.model}"
    assert len(list(night.samples.glob("*.mid"))) == 16
    assert (night.samples / "index.html").exists()
    found = place.server.post("/artifacts/filter")
    assert {one["key"] for one in found} >= {"data-quality", "model-report", "gallery"}
    assert "data:image/png" in next(one["data"] for one in found if one["key"] == "gallery")


def test_a_person_starts_eight_samples_in_a_tempo_with_the_form(
    place: Site, night: Night, browser: Any
) -> None:
    form = PrefectForm(browser, place.server, "generate")
    assert form.labels()[:3] == ["Samples", "Notes per sample", "Tempo (BPM)"]
    form.fill(Samples="0")
    assert "0 is less than the minimum of 1" in form.refused()
    form.fill(Samples="8", **{"Tempo (BPM)": "90"})
    form.submitted()
    ran = eventually(lambda: _named(place, "generate 8 with champion", "COMPLETED"), place)
    assert ran["parameters"]["config"]["tempo"] == 90
    (samples,) = set((place.root / "samples").iterdir()) - {night.samples}
    assert len(list(samples.glob("*.mid"))) == 8
    (report,) = place.server.post(
        "/artifacts/filter",
        artifacts={"flow_run_id": {"any_": [ran["id"]]}, "type": {"any_": ["markdown"]}},
    )
    assert form.report(report["id"], samples.name) == 3  # piano rolls
    form.close()


def _named(place: Site, name: str, *states: str) -> Any:
    return next((one for one in place.server.runs("generate", *states) if one["name"] == name), {})


def test_what_dies_in_the_middle_is_started_once_more_and_ends_the_same(
    place: Site, night: Night
) -> None:
    """Ingest, train and generate die together, each in the middle of its work."""
    other = place.home / "killed"
    train = place.start("retrain", **RETRAIN, root=str(other), checkpoint_minutes=OFTEN)
    play = place.start("generate", samples=600, model=night.model, audio=False, seed=0)
    eventually(lambda: list(other.glob(".cache/checkpoints/*/*")), place)
    place.freeze(train)
    eventually(lambda: list(place.root.glob("samples/*/parts/part-00000.parquet")), place)
    place.freeze(play)
    read = place.start("ingest", corpus="again", shard_files=5, workers=1)
    eventually(lambda: list(place.root.glob("files/again/staged-*/shard-*.parquet")), place)
    place.kill_worker()
    assert not (place.root / "notes/again/dataset.json").exists()
    assert not list(other.glob("models/*/card.json"))
    place.start_worker()
    for deployment, run in (("retrain", train), ("generate", play), ("ingest", read)):
        assert place.server.ended(run, 150)["type"] == "CRASHED", deployment
        again = eventually(lambda d=deployment, r=run: _after(place, d, r), place)
        assert again["state"]["type"] == "COMPLETED", place.said()
    notes = _contents(place.root / "notes/folk", "*.parquet")
    assert _contents(place.root / "notes/again", "*.parquet") == notes
    assert _contents(other / "notes/folk", "*.parquet") == notes
    weights = f"models/{night.model}/weights.safetensors"
    assert (other / weights).read_bytes() == (place.root / weights).read_bytes()
    (many,) = (found.parent for found in place.root.glob("samples/*/00599.mid"))
    music = _contents(many, "*.mid")
    assert len(music) == 600
    assert {name: music[name] for name in _contents(night.samples, "*.mid")} == _contents(
        night.samples, "*.mid"
    )


def _after(place: Site, deployment: str, first: str) -> Any:
    """Return the one run that was started in place of the first, once it has ended."""
    ended = place.server.runs(deployment, *FINAL)
    config = place.server.api.get(f"/flow_runs/{first}").json()["parameters"]
    same = [run for run in ended if run["parameters"] == config and run["id"] != first]
    assert len(same) <= 1
    return same[0] if same else None


def _contents(folder: Path, pattern: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob(pattern)}


def test_runs_outlive_a_restart_of_the_server_and_of_its_database(
    place: Site, night: Night
) -> None:
    run = place.start("generate", samples=300, model=night.model, audio=False, seed=7)
    eventually(lambda: list(place.root.glob("samples/*seed7*/parts/part-00000.parquet")), place)
    place.database.stop()
    place.database.start()
    place.kill_server()
    place.start_server()
    assert place.server.ended(run, 200)["type"] == "COMPLETED", place.said()
    assert len(list(place.root.glob("samples/*seed7*/*.mid"))) == 300


def test_nothing_is_left_running_and_no_slot_is_taken(place: Site, night: Night) -> None:
    for deployment in place.server.deployments():
        assert not place.server.runs(deployment, "RUNNING", "PENDING", "CANCELLING")
    limits = place.server.post("/v2/concurrency_limits/filter")
    assert {limit["active_slots"] for limit in limits} == {0}
