"""What a site goes through: a night that nobody watches, and the loss of all that runs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.prefect_server import FINAL
from tests.integration.site import IMPATIENT, RETRAIN, Site, eventually

OFTEN = 0.01  # minutes between checkpoints


@dataclass(frozen=True)
class Night:
    """What a retrain and the generation that it triggered left behind."""

    retrain: dict[str, Any]
    generate: dict[str, Any]
    model: str
    samples: Path


@dataclass(frozen=True)
class Killed:
    """The runs that were killed, by their deployments, and the other root that one worked on."""

    runs: dict[str, str]
    root: Path


def night_of(place: Site) -> Night:
    """Wait for the retrain that is due, and for the generation that it triggers."""
    state = place.server.ended(place.night, 700)
    assert state["type"] == "COMPLETED", place.last_logs()
    played = eventually(lambda: place.server.runs("generate", "COMPLETED"), place)[0]
    (gallery,) = place.root.glob("samples/*/index.html")
    model = played["parameters"]["config"]["model"]
    run = place.server.api.get(f"/flow_runs/{place.night}").json()
    return Night(run, played, model, gallery.parent)


def killed_in_the_middle(place: Site, night: Night) -> Killed:
    """Ingest, train and generate die together with their worker, each in the middle of its work.

    Each is stopped where it is until all are; then a new worker finds nobody. Meanwhile the
    automations are applied again, and a stranger's flow dies with them.
    """
    place.run("-c", IMPATIENT)
    place.start_stranger()
    place.switch("generate-on-promotion", on=False)  # once is enough
    other = place.home / "killed"
    train = place.start("retrain", **RETRAIN, root=str(other), checkpoint_minutes=OFTEN)
    seed = json.loads((night.samples / "run.json").read_text())["config"]["seed"]
    play = place.start("generate", samples=272, model=night.model, audio=False, seed=seed)
    eventually(lambda: list(place.root.glob("samples/*/parts/part-00000.parquet")), place)
    place.freeze(play)
    eventually(lambda: list(other.glob(".cache/checkpoints/*/*")), place)
    place.freeze(train)
    place.run("-c", IMPATIENT)  # as a deployment in the middle of the runs
    read = place.start("ingest", corpus="again", shard_files=5, workers=1)
    eventually(lambda: list(place.root.glob("staging/again/extracted-*/shard-*.parquet")), place)
    place.stranger.kill()
    place.kill_worker()
    place.start_worker()
    return Killed({"retrain": train, "generate": play, "ingest": read}, other)


def started_again(place: Site, deployment: str, first: str) -> Any:
    """Return the one run that was started in place of the first, once it has ended."""
    ended = place.server.runs(deployment, *FINAL)
    config = place.server.api.get(f"/flow_runs/{first}").json()["parameters"]
    same = [run for run in ended if run["parameters"] == config and run["id"] != first]
    assert len(same) <= 1
    return same[0] if same else None


def contents(folder: Path, pattern: str) -> dict[str, bytes]:
    """Return the bytes of the files in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.glob(pattern)}
