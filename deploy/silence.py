"""Runs that have sent no heartbeat for too long."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter

from deploy import automations


class SilenceWatch:
    """Finds runs without a heartbeat on any machine; time without a server does not count.

    While the server is down it receives no heartbeat of a living run. A run is silent if its last
    heartbeat and the start of this watch are both longer ago than `SILENCE`.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Start the watch, with a clock in seconds."""
        self.now = now
        self.since: dict[UUID, float] = {}

    def restart(self) -> None:
        """Start the watch again: the server did not answer."""
        self.since.clear()

    def silent(self, client: SyncPrefectClient, runs: Iterable[FlowRun]) -> list[FlowRun]:
        """Return the runs that are running or being cancelled, and silent for too long."""
        limit = automations.SILENCE
        beating = [run for run in runs if run.state and run.state.type != StateType.PENDING]
        self.since = {run.id: self.since.get(run.id, self.now()) for run in beating}
        watched = [
            run for run in beating if self.now() - self.since[run.id] > limit.total_seconds()
        ]
        return [run for run in watched if _last_sign(client, run) < datetime.now(UTC) - limit]


def _last_sign(client: SyncPrefectClient, run: FlowRun) -> datetime:
    """Return the time of a run's last heartbeat or last change of state."""
    beats = EventFilter(
        event=EventNameFilter(name=[automations.HEARTBEAT]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
    )
    found = client.read_events(beats, limit=1).events
    changed = run.state.timestamp if run.state else datetime.min.replace(tzinfo=UTC)
    return max(changed, *(event.occurred for event in found)) if found else changed
