"""Stops before the n-th change of a storage root, as kill -9 would: for tests of publishing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nocturne.tasks.storage import data_folders
from nocturne.tasks.storage.root import Root

CHANGES: tuple[tuple[Any, str], ...] = (  # every way in which a root is changed
    (Path, "rename"),
    (Path, "replace"),
    (Path, "hardlink_to"),
    (Path, "rmdir"),
    (Root, "delete"),
    (Root, "writing"),
    (data_folders, "move_file"),
)


class Stopped(BaseException):
    """The process is gone: nothing may catch this and go on."""


@contextmanager
def stopping_before(change: int) -> Iterator[None]:
    """Raise Stopped in place of change number `change`, and of every one after it."""
    left = [change]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Stopped
            return real(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in CHANGES:
            patch.setattr(owner, name, counted(getattr(owner, name)))
        yield


def at_every_change(work: Callable[[], Any], after: Callable[[], None]) -> int:
    """Stop `work` before its first change, its second and so on, with `after` each time.

    Returns how many stops there were; ends with a run that nothing stopped.
    """
    for change in range(500):
        try:
            with stopping_before(change):
                work()
        except Stopped:
            after()
        else:
            return change
    raise AssertionError("more changes than there can be")
