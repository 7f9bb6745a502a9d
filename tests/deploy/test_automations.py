"""The automations are made once, changed only where they differ, and mind only their own."""

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.schemas.automations import Automation
from pytest import MonkeyPatch, mark

from deploy import automations

pytestmark = mark.usefixtures("prefect_server")

NAMES = {
    "crash-silent-runs",
    "crash-silent-stages",
    "crash-runs-that-never-start",
    "restart-crashed-runs",
}


def _known(client: SyncPrefectClient) -> dict[str, Automation]:
    return {one.name: one for one in client.read_automations()}


def test_what_is_as_it_should_be_keeps_its_trigger(monkeypatch: MonkeyPatch) -> None:
    with get_client(sync_client=True) as client:
        automations.apply_automations()
        before = _known(client)
        assert set(before) == NAMES
        lines = automations.apply_automations()
        assert {line.rpartition(": ")[2] for line in lines} == {"unchanged"}
        assert _known(client) == before  # trigger ids and times too

        client.pause_automation(before["restart-crashed-runs"].id)
        client.create_automation(automations.automations()[0])  # a double
        monkeypatch.setattr(automations, "CAP", automations.CAP / 2)
        lines = automations.apply_automations()
        assert [line for line in lines if "unchanged" not in line] == [
            "automation restart-crashed-runs: updated"
        ]
        after = _known(client)
        assert not after["restart-crashed-runs"].enabled  # as a person has left it
        assert len(client.read_automations()) == len(NAMES)


def test_every_automation_minds_only_runs_of_nocturne() -> None:
    for one in automations.automations():
        related = one.trigger.model_dump(mode="json")["match_related"]
        assert related in (
            {"prefect.resource.role": "work-pool", "prefect.resource.name": "nocturne"},
            {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.nocturne-stage"},
        )


def test_the_order_in_which_a_database_gives_keys_back_is_no_change() -> None:
    related = [{"role": "work-pool", "name": "nocturne"}, {"role": "deployment", "name": "x"}]
    turned = [dict(reversed(one.items())) for one in reversed(related)]
    assert automations._sorted(related) == automations._sorted(turned)
    assert repr(automations._sorted(related)) == repr(automations._sorted(turned))
