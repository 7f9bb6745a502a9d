"""Files that killed processes left half-written on a local disk, wherever they lie in the root."""

from collections.abc import Iterator
from pathlib import Path

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.upkeep import Removal
from nocturne.tasks.storage.layout import UNFINISHED
from nocturne.tasks.storage.root import Root
from nocturne.tasks.storage.temporary import clear_unheld
from nocturne.tasks.upkeep.measure import measure_local


def find_unfinished(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield half-written files that nobody has written to for `leftover_days`.

    An object store has none: there a file is sent in one request. `now` in seconds since 1970.
    """
    base = Path(root.base)
    for path in sorted(base.rglob(f"{UNFINISHED}*")) if root.is_local else ():
        measured = measure_local(path)
        if measured.is_older(config.leftover_days, now):
            yield Removal(
                kind="unfinished",
                name=path.name,
                path=path.relative_to(base).as_posix(),
                files=measured.files,
                bytes=measured.bytes,
                reason="a write that was cut off",
            )


def remove_unfinished(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Delete what `find_unfinished` yields, but for files that a running process has open."""
    for removal in list(find_unfinished(root, config, now)):
        path = Path(root.full(removal.path))
        clear_unheld(path.parent, path.name)
        if not path.exists():
            yield removal
