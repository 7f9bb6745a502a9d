"""may_pass, the retry rule of the tasks: what a person has to mend is never tried again."""

from typing import Any

import pytest
from prefect import task
from prefect.client.schemas.objects import TaskRun
from prefect.states import Completed, Failed

from nocturne.schemas import errors
from nocturne.schemas.errors import NocturneError, StorageError, StoreUnavailableError
from nocturne.tasks.policy import may_pass

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]


@task
def anything() -> None:
    """Do nothing."""


def _retried(error: Exception) -> bool:
    state: Any = Failed(message="failed", data=error)
    return may_pass(anything, TaskRun.model_construct(), state)


@pytest.mark.parametrize("kind", [k for k in KINDS if k is not StoreUnavailableError])
def test_no_error_of_ours_is_tried_again(kind: type[NocturneError]) -> None:
    assert not _retried(kind("mend it"))


def test_a_store_that_may_recover_is_tried_again() -> None:
    assert issubclass(StoreUnavailableError, StorageError)
    assert _retried(StoreUnavailableError("later"))


@pytest.mark.parametrize("error", [RuntimeError("x"), OSError("x"), MemoryError(), TimeoutError()])
def test_what_nobody_foresaw_is_tried_again(error: Exception) -> None:
    assert _retried(error)


def test_success_is_not_tried_again() -> None:
    assert not may_pass(anything, TaskRun.model_construct(), Completed(data=1))
