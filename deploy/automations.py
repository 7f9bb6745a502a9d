"""Automations: the server marks a dead run as crashed and starts the run once more.

The automations act on Nocturne's runs alone: those of its work pool, and the stages inside them,
which belong to no pool and carry the tag `STAGE`.
"""

from datetime import timedelta
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from nocturne.tasks.stages import STAGE

HEARTBEAT = "prefect.flow-run.heartbeat"
FINAL = frozenset(
    f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")
)
ALIVE = FINAL | {
    f"prefect.flow-run.{state}"
    for state in ("Running", "AwaitingConcurrencySlot", "Scheduled", "Late", "Cancelling")
}
# Six heartbeats of 30 s (deploy/prefect.yaml): a busy machine misses one or two.
SILENCE = timedelta(seconds=180)
START_UP = timedelta(minutes=10)  # a cold start imports TensorFlow
# A deployment is restarted at most once in this time: a second crash needs a person.
CAP = timedelta(hours=6)
SETTLE = timedelta(seconds=20)  # the worker reports a crash twice, up to 10 s apart
ANY_RUN = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})
OF_NOCTURNE = ResourceSpecification(
    {"prefect.resource.role": "work-pool", "prefect.resource.name": "nocturne"}
)
STAGE_OF_NOCTURNE = ResourceSpecification(
    {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{STAGE}"}
)


def automations() -> list[AutomationCore]:
    """Return every automation that a Nocturne server needs, beside those of the deployments."""
    return [
        _crash_silent(
            "crash-silent-runs",
            "A running flow without a heartbeat for 3 minutes is marked as crashed.",
            OF_NOCTURNE,
        ),
        _crash_silent(
            "crash-silent-stages",
            "A stage of a running flow without a heartbeat for 3 minutes is marked as crashed.",
            STAGE_OF_NOCTURNE,
        ),
        _crash(
            "crash-runs-that-never-start",
            "A run that a worker took and never started is marked as crashed.",
            EventTrigger(
                after={"prefect.flow-run.Pending"},
                expect=set(ALIVE),
                match=ANY_RUN,
                match_related=OF_NOCTURNE,
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=START_UP,
            ),
        ),
        _restart(),
    ]


def _crash_silent(name: str, description: str, related: ResourceSpecification) -> AutomationCore:
    """Return the automation that crashes runs with this related resource once they are silent."""
    trigger = EventTrigger(
        after={HEARTBEAT},
        expect={HEARTBEAT, *FINAL},
        match=ANY_RUN,
        match_related=related,
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=SILENCE,
    )
    return _crash(name, description, trigger)


def _crash(name: str, description: str, trigger: EventTrigger) -> AutomationCore:
    message = f"{description} Published data stays; the next run continues from there."
    action = ChangeFlowRunState(state=StateType.CRASHED, message=message)
    return AutomationCore(name=name, description=description, trigger=trigger, actions=[action])


def _restart() -> AutomationCore:
    """Return the automation that starts a crashed deployment again, with its parameters.

    It creates a new run. If the old run were set to Scheduled, the worker's second report of the
    crash would free the concurrency slot of that run. Stages have no work pool, so only the outer
    run is started again.
    """
    trigger = EventTrigger(
        expect={"prefect.flow-run.Crashed"},
        match=ANY_RUN,
        match_related=OF_NOCTURNE,
        for_each={"related:deployment:prefect.resource.id"},
        posture=Posture.Reactive,
        threshold=1,
        within=CAP,
    )
    parameters = {"config": _json_template("{{ flow_run.parameters['config'] | tojson }}")}
    action = RunDeployment(source="inferred", schedule_after=SETTLE, parameters=parameters)
    return AutomationCore(
        name="restart-crashed-runs",
        description="A crashed run is started again, at most once in 6 hours for each deployment.",
        trigger=trigger,
        actions=[action],
    )


def _json_template(template: str) -> dict[str, Any]:
    """Return a parameter that the server renders to a JSON value, not to text."""
    return {
        "__prefect_kind": "json",
        "value": {"__prefect_kind": "jinja", "template": template},
    }


def apply_automations() -> list[str]:
    """Create every automation that is missing, update what has changed; return one line for each.

    An automation without changes is not touched: an update gives its trigger a new id, and the
    server forgets the runs that the old trigger watches.
    """
    with get_client(sync_client=True) as client:
        return [f"automation {one.name}: {apply_automation(client, one)}" for one in automations()]


def apply_automation(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    """Create or update one automation; return "created", "updated" or "unchanged"."""
    known = client.read_automations_by_name(wanted.name)
    for double in known[1:]:
        client.delete_automation(double.id)
    if not known:
        client.create_automation(wanted)
        return "created"
    if _content(known[0]) == _content(wanted):
        return "unchanged"
    kept = wanted.model_copy(update={"enabled": known[0].enabled})  # as a person has set it
    client.update_automation(known[0].id, kept)
    return "updated"


def _content(automation: AutomationCore) -> Any:
    """Return an automation's content without ids, times and its switch, for comparison."""
    fields = set(AutomationCore.model_fields) - {"enabled"}
    return _sorted(automation.model_dump(mode="json", include=fields))


def _sorted(value: Any) -> Any:
    """Return plain data without triggers' ids, with keys in order and lists, which are sets here.

    PostgreSQL gives keys back in an order of its own, by which lists must not be sorted.
    """
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value) if key != "id"}
    if isinstance(value, list):
        return sorted((_sorted(one) for one in value), key=repr)
    return value


if __name__ == "__main__":
    print("\n".join(apply_automations()))
