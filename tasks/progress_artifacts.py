"""Progress in the Prefect UI: an artifact for each stage of a run, moved while work goes on."""

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import httpx

from nocturne.tasks.artifacts import create_progress, move_progress
from nocturne.tasks.progress import shown_by
from nocturne.tasks.server_kind import has_lasting_server

EVERY_SECONDS = 5.0
LAST_SECONDS = 10.0  # longest wait of a run for its last report


class ProgressArtifacts:
    """A sink of progress reports that only stores them; `send` sends them to the server."""

    def __init__(self) -> None:
        """Start without stages."""
        self.reported: dict[str, float] = {}  # percent
        self.sent: dict[str, float] = {}
        self.artifacts: dict[str, list[UUID]] = {}  # of this run and of its outer run

    def __call__(self, stage: str, done: float, total: float, _note: str = "") -> None:
        """Store the progress of `stage`."""
        self.reported[stage] = round(min(100.0, 100 * done / total), 1) if total > 0 else 100.0

    def send(self) -> None:
        """Create or update the artifacts of changed stages; do nothing if the server is away."""
        for stage, percent in tuple(self.reported.items()):
            if self.sent.get(stage) != percent:
                try:
                    self._show(stage, percent)
                except httpx.HTTPError:
                    return  # the next call sends it
                self.sent[stage] = percent

    def _show(self, stage: str, percent: float) -> None:
        if stage in self.artifacts:
            move_progress(self.artifacts[stage], stage, percent)
        else:
            self.artifacts[stage] = create_progress(stage, percent)


@contextmanager
def progress_artifacts() -> Iterator[None]:
    """Show the progress that the block reports as artifacts of the flow run.

    Only on a lasting server. A thread sends the artifacts: work neither waits for the server nor
    fails with it.
    """
    if not has_lasting_server():
        yield
        return
    artifacts, ended = ProgressArtifacts(), threading.Event()

    def send_regularly() -> None:
        while not ended.wait(EVERY_SECONDS):
            artifacts.send()
        artifacts.send()

    in_this_run = contextvars.copy_context().run
    sender = threading.Thread(target=in_this_run, args=(send_regularly,), daemon=True)
    sender.start()
    try:
        with shown_by(artifacts):
            yield
    finally:
        ended.set()
        sender.join(LAST_SECONDS)
