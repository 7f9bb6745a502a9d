"""What all tasks agree on: when to try again."""

from typing import Any

from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from nocturne.schemas.errors import NocturneError, StoreUnavailableError


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry what may pass by itself, never what a person has to mend."""
    try:
        state.result()
    except StoreUnavailableError:
        return True
    except NocturneError:
        return False
    except Exception:
        return True
    return False
