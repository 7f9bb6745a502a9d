"""Fixtures of the storage tests."""

from collections.abc import Iterator

import pytest

from nocturne.tasks.workers.limits import limit_memory
from nocturne.tasks.workers.worker_pool import Workers


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Return one parser process."""
    with Workers(1, limit_memory, (512,)) as started:
        yield started
