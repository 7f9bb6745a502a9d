"""Alerts: the server sends a message when a night goes wrong, and when it makes a new champion.

NOCTURNE_ALERT_URL is an address as Apprise writes it (mailto://, slack://, json:// and many
others), or several with commas between. The server keeps it in a notification block; the
automations below name the block and never the address. Without the variable there are no alerts:
those of an earlier deployment are removed. NOCTURNE_ALERT_AFTER_DAYS says after how many days
without a completed retrain an alert is sent.

    python -m deploy.alerts

sends a message to the address that the server at PREFECT_API_URL keeps, to try it.
"""

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from apprise import Apprise
from prefect.blocks.abstract import NotificationError
from prefect.blocks.notifications import SlackWebhook
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound
from pydantic import SecretStr

from deploy.automations import ANY_RUN, OF_NOCTURNE, apply_automation
from nocturne.tasks.promote import ASKED, PROMOTED
from nocturne.tasks.recording.night import DRIFTED

URL, AFTER_DAYS = "NOCTURNE_ALERT_URL", "NOCTURNE_ALERT_AFTER_DAYS"
DEFAULT_DAYS = "2"
SHORTEST, LONGEST = timedelta(seconds=10), timedelta(days=365)  # Prefect waits no shorter
BLOCK = "nocturne-alerts"
# A Slack block hands any address that is not Slack's own to Apprise as it stands, and is known to
# every server; a block type of our own would have to be installed beside the server.
BLOCK_TYPE = SlackWebhook
LATE = timedelta(minutes=10)  # a busy worker takes a run some seconds late
ONCE = timedelta(hours=1)  # a worker may report one crash twice
OF_RETRAIN = ResourceSpecification(
    {"prefect.resource.role": "deployment", "prefect.resource.name": "retrain"}
)
COMPLETED = "prefect.flow-run.Completed"
IS_LATE = "prefect.flow-run.Late"
ATTEMPTS = frozenset(
    f"prefect.flow-run.{state}"
    for state in ("Scheduled", "Late", "Pending", "Running", "Failed", "Crashed", "Completed")
)
TAKEN = frozenset(f"prefect.flow-run.{state}" for state in ("Pending", "Running", "Cancelled"))
RUN = "flow: {{ flow.name }}\nrun: {{ flow_run.name }}\nlink: {{ flow_run | ui_url }}"
RUN_IF_ANY = f"{{% if flow_run %}}{RUN}\n{{% endif %}}root: {{{{ event.payload.root }}}}"


@dataclass(frozen=True)
class AlertSettings:
    """Where alerts go, and after which time without a completed retrain one is sent."""

    url: SecretStr
    after: timedelta


def alert_settings(environment: Mapping[str, str]) -> AlertSettings | None:
    """Return the settings of alerts, or None without an address; exit with one line if wrong.

    The line does not show the address, which may hold a password.
    """
    days = environment.get(AFTER_DAYS) or DEFAULT_DAYS
    try:
        after = timedelta(days=float(days))
    except (ValueError, OverflowError):
        after = timedelta(0)
    if not SHORTEST <= after <= LONGEST:
        sys.exit(f"{AFTER_DAYS}: {days} is no number of days up to 365; give one such as 2")
    url = environment.get(URL, "").strip()
    if not url:
        return None
    if not _is_known(url):
        sys.exit(f"{URL}: Apprise knows no such address; give one such as mailto://me:pass@host")
    return AlertSettings(SecretStr(url), after)


def _is_known(url: str) -> bool:
    """Return whether Apprise knows every address in `url`, without its log, which shows them."""
    log = logging.getLogger("apprise")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        return Apprise().add(url)
    finally:
        log.setLevel(level)


def apply_alerts(settings: AlertSettings | None) -> list[str]:
    """Create, update or remove the block and the automations; return one line for each."""
    with get_client(sync_client=True) as client:
        if settings is None:
            return [f"alerts: none, as {URL} is not set", *_remove(client)]
        block, done = _apply_block(client, settings.url)
        lines = [
            f"{one.name}: {apply_automation(client, one)}" for one in alerts(block, settings.after)
        ]
        return [f"alerts: address {done}", *lines]


def alerts(block: UUID, after: timedelta) -> list[AutomationCore]:
    """Return the automations that send messages through the block of this id."""
    return [
        _of_retrains("failed", {"prefect.flow-run.Failed"}, block),
        _of_retrains("crashed", {"prefect.flow-run.Crashed"}, block),
        _late(block),
        _no_success(block, after),
        _of_event("promotion", PROMOTED, "{{ event.payload.model_id }} is champion", block),
        _of_event("question", ASKED, "may {{ event.payload.model_id }} become champion?", block),
        _of_event("drift", DRIFTED, "{{ event.payload.corpus }} has drifted", block),
    ]


def _of_retrains(state: str, events: set[str], block: UUID) -> AutomationCore:
    trigger = EventTrigger(
        expect=events,
        match=ANY_RUN,
        match_related=[OF_NOCTURNE, OF_RETRAIN],
        for_each={"prefect.resource.id"},
        posture=Posture.Reactive,
        threshold=1,
        within=ONCE,
    )
    reason = "reason: {{ flow_run.state.message }}"
    return _alert(state, trigger, f"{{{{ flow.name }}}} {state}", f"{reason}\n{RUN}", block)


def _late(block: UUID) -> AutomationCore:
    trigger = EventTrigger(
        after={IS_LATE},
        expect=set(TAKEN),
        match=ANY_RUN,
        match_related=[OF_NOCTURNE, OF_RETRAIN],
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=LATE,
    )
    minutes = f"{LATE.total_seconds() / 60:.2g} minutes"
    reason = f"reason: no worker has taken it {minutes} after its time"
    return _alert("late", trigger, "{{ flow.name }} is late", f"{reason}\n{RUN}", block)


def _no_success(block: UUID, after: timedelta) -> AutomationCore:
    """Return the alert of days without a completed retrain.

    The time runs from the last retrain that completed or, before the first, from the first attempt.
    """
    trigger = EventTrigger(
        after=set(ATTEMPTS),
        expect={COMPLETED},
        match=ANY_RUN,
        match_related=[OF_NOCTURNE, OF_RETRAIN],
        for_each={"related:deployment:prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=after,
    )
    days = f"{after.total_seconds() / 86400:.3g} days"
    since = "{{ event.occurred.strftime('%Y-%m-%d %H:%M UTC') }}"
    body = f"reason: no retrain has completed for {days}, since {since}\n{RUN}"
    return _alert("no-success", trigger, f"no successful night for {days}", body, block)


def _of_event(name: str, event: str, subject: str, block: UUID) -> AutomationCore:
    """Return the alert of an event that a run of Nocturne emits, with a reason and links."""
    trigger = EventTrigger(
        expect={event}, posture=Posture.Reactive, threshold=1, within=timedelta(0)
    )
    body = "reason: {{ event.payload.reason }}\nreport: {{ event.payload.report }}\n" + RUN_IF_ANY
    return _alert(name, trigger, subject, body, block)


def _alert(
    name: str, trigger: EventTrigger, subject: str, body: str, block: UUID
) -> AutomationCore:
    action = SendNotification(block_document_id=block, subject=f"Nocturne: {subject}", body=body)
    return AutomationCore(
        name=f"alert-{name}",
        description="A message goes to the address of NOCTURNE_ALERT_URL.",
        trigger=trigger,
        actions=[action],
    )


def _apply_block(client: SyncPrefectClient, url: SecretStr) -> tuple[UUID, str]:
    """Create or update the block; return its id and what was done."""
    known = _known_block(client)
    if known and known[1] == url.get_secret_value():
        return known[0], "unchanged"
    block: Any = BLOCK_TYPE(url=url).save(BLOCK, overwrite=True)  # typed as if it were awaited
    return UUID(str(block)), "updated" if known else "set"


def _known_block(client: SyncPrefectClient) -> tuple[UUID, str] | None:
    """Return the id and the address of the block; None if there is none."""
    slug = BLOCK_TYPE.get_block_type_slug()
    try:
        found = client.read_block_document_by_name(BLOCK, slug, include_secrets=True)
    except ObjectNotFound:
        return None
    return found.id, str(found.data.get("url"))


def _remove(client: SyncPrefectClient) -> list[str]:
    """Delete the automations and the block; return one line for each that was there."""
    lines = []
    for one in alerts(UUID(int=0), SHORTEST):
        for known in client.read_automations_by_name(one.name):
            client.delete_automation(known.id)
            lines.append(f"{one.name}: removed")
    if known_block := _known_block(client):
        client.delete_block_document(known_block[0])
        lines.append("alerts: address removed")
    return lines


def main() -> None:
    """Send a trial message from here; exit with one line if there is no address or it fails."""
    with get_client(sync_client=True) as client:
        known = _known_block(client)
    if known is None:
        sys.exit(f"alerts: none; set {URL} and deploy")
    block: Any = BLOCK_TYPE(url=SecretStr(known[1]))
    try:
        with block.raise_on_failure():
            block.notify("Alerts of Nocturne arrive here.", subject="Nocturne: a trial")
    except NotificationError as error:
        sys.exit(f"the message could not be sent: {' '.join(error.log.split())}")
    print("a message is sent")


if __name__ == "__main__":
    main()
