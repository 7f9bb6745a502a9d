"""The retry rule that all tasks share."""

from typing import Any

from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from nocturne.schemas.errors import NocturneError, StoreUnavailableError


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether a failed task may succeed later by itself, so that Prefect retries it."""
    try:
        state.result()
    except StoreUnavailableError:
        return True
    except NocturneError:
        return False
    except Exception:
        return True
    return False
