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
    """Finds runs without a heartbeat, wherever they were; time in which nobody listened is free.

    After a rest of the server a living run has had no chance to be heard: a run is silent once
    neither the server has heard of it nor this watch has begun to listen within `SILENCE`.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Begin to listen."""
        self.now = now
        self.since: dict[UUID, float] = {}

    def deafened(self) -> None:
        """Take note that the server did not answer: begin anew."""
        self.since.clear()

    def silent(self, client: SyncPrefectClient, runs: Iterable[FlowRun]) -> list[FlowRun]:
        """Return those of the runs that run, or should end, and have been silent for too long."""
        limit = automations.SILENCE
        beating = [run for run in runs if run.state and run.state.type != StateType.PENDING]
        self.since = {run.id: self.since.get(run.id, self.now()) for run in beating}
        listened = [
            run for run in beating if self.now() - self.since[run.id] > limit.total_seconds()
        ]
        return [run for run in listened if _heard(client, run) < datetime.now(UTC) - limit]


def _heard(client: SyncPrefectClient, run: FlowRun) -> datetime:
    """Return when a run was last heard of: its last heartbeat or its last change of state."""
    beats = EventFilter(
        event=EventNameFilter(name=[automations.HEARTBEAT]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
    )
    found = client.read_events(beats, limit=1).events
    changed = run.state.timestamp if run.state else datetime.min.replace(tzinfo=UTC)
    return max(changed, *(event.occurred for event in found)) if found else changed
