"""Stages: flows that run inside another flow's run, which shows their artifacts too."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prefect import tags
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.logging.loggers import flow_run_logger

from nocturne.tasks.server_kind import has_lasting_server

STAGE = "nocturne-stage"  # the tag of every flow run and task run inside another run

_outer: ContextVar[FlowRun | None] = ContextVar("outer_run", default=None)


@contextmanager
def stages() -> Iterator[None]:
    """Tag the flows that run in the block as stages, whose artifacts this run shows as well.

    A stage's heartbeat names neither its deployment nor its work pool: the tag is how the
    server's automations know it.
    """
    context = FlowRunContext.get()
    token = _outer.set(context.flow_run if context else None)
    try:
        with tags(STAGE):
            yield
    finally:
        _outer.reset(token)


def outer_run() -> FlowRun | None:
    """Return the run that contains this stage; None outside of `stages`."""
    return _outer.get()


def log_on_outer_run(message: str, *values: object) -> None:
    """Log on the outer run as well, if a lasting server shows its log.

    A terminal shows the logs of all runs together: there the message would come twice.
    """
    if (outer := outer_run()) and has_lasting_server():
        flow_run_logger(outer).info(message, *values)
