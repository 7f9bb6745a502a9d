"""The line of facts that ends every flow run, and the tasks whose time it states.

Every task of Nocturne is made by `task` of this module, so that its time counts as a stage.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import prefect
from prefect import Task, get_run_logger
from prefect.context import FlowRunContext

from nocturne.tasks.nights.run_facts import RunFacts

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

_present: ContextVar[RunFacts | None] = ContextVar("run_facts", default=None)


@contextmanager
def facts_line() -> Iterator[RunFacts]:
    """Log the facts of this flow run in one line when the block ends, in whatever way.

    Yields the facts; the flow notes what it returns with `of`. The run around this one counts
    this one as a stage and states its facts too.
    """
    context, around = FlowRunContext.get(), _present.get()
    facts = RunFacts(context.flow.name if context and context.flow else "run")
    if around:
        around.inside[facts.flow] = facts
    token, failed = _present.set(facts), True
    try:
        with around.clock.timed(facts.flow) if around else nullcontext():
            yield facts
        failed = False
    finally:
        _present.reset(token)
        get_run_logger().info("%s", facts.line(failed=failed))


def present_facts() -> RunFacts | None:
    """Return the facts of the flow run that is under way; None outside of `facts_line`."""
    return _present.get()


def task(
    *, name: str, **options: Any
) -> Callable[[Callable[Parameters, Returned]], Task[Parameters, Returned]]:
    """Return Prefect's decorator for a task that counts as the stage `name` of its flow run."""

    def decorated(function: Callable[Parameters, Returned]) -> Task[Parameters, Returned]:
        @functools.wraps(function)
        def timed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
            if (facts := _present.get()) is None:
                return function(*args, **kwargs)
            with facts.clock.timed(name):
                return function(*args, **kwargs)

        return prefect.task(name=name, **options)(timed)

    return decorated
