"""All that runs is killed, and nobody has noticed yet."""

import time

import pytest

from tests.integration.prefect_server import FINAL
from tests.integration.site import Site, eventually
from tests.integration.site_life import Killed, started_again

pytestmark = [pytest.mark.site, pytest.mark.timeout(900)]

PATIENCE = 5  # seconds in which a restart would have come


def test_what_is_cut_off_has_published_nothing(deployed: Site, killed: Killed) -> None:
    assert not (deployed.root / "corpora/again/notes.json").exists()
    assert not list(killed.root.glob("models/*/card.json"))
    assert len(list(deployed.root.glob("samples/*/index.html"))) < len(
        list(deployed.root.glob("samples/*/"))
    )


@pytest.mark.usefixtures("killed")
def test_what_crashes_again_is_left_to_a_person(deployed: Site) -> None:
    first, second = (deployed.start("promote", 3600, model=name) for name in ("none", "other"))
    _crash(deployed, first)
    again = eventually(lambda: started_again(deployed, "promote", first), deployed)
    assert again["state"]["type"] == "FAILED"  # there is no such model
    _crash(deployed, second)
    time.sleep(PATIENCE)
    states = (*FINAL, "SCHEDULED", "PENDING", "RUNNING")
    assert len(deployed.server.runs("promote", *states)) == 3


def _crash(place: Site, run: str) -> None:
    state = {"type": "CRASHED", "name": "Crashed"}
    place.server.post(f"/flow_runs/{run}/set_state", state=state, force=True)
