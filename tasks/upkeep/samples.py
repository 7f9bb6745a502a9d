"""Old runs of samples: too many, too old, or more bytes than they may take."""

from collections.abc import Iterator

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.errors import BusyError
from nocturne.schemas.upkeep import Removal, Stays
from nocturne.tasks.storage.layout import INDEX_PAGE, RUN_FILE, SAMPLES, run_path
from nocturne.tasks.storage.locking.deletion import deleting
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.measure import SECONDS_PER_DAY, Measured, measure

GIB = 1 << 30


def find_runs(root: Root, config: TidyConfig, now: float) -> Iterator[Removal]:
    """Yield the runs that go, the newest first; `now` is in seconds since 1970.

    A run that is not finished goes when nothing was written to it for `leftover_days`.
    """
    names = root.folders(SAMPLES)
    times = dict(zip(names, published_times(root, names), strict=True))
    sizes = {name: measure(root, run_path(name)) for name in names}
    finished = sorted((name for name in names if times[name]), key=lambda n: (-times[n], n))
    kept_bytes = 0
    for place, name in enumerate(finished):
        days = (now - times[name]) / SECONDS_PER_DAY
        kept_bytes += sizes[name].bytes
        if place and (why := _why(config, place, days, kept_bytes)):
            yield run_removal(name, sizes[name], why)
            kept_bytes -= sizes[name].bytes
    for name in names:
        if not times[name] and sizes[name].is_older(config.leftover_days, now):
            yield run_removal(name, sizes[name], "not finished: it has no run.json")


def remove_runs(root: Root, config: TidyConfig, now: float) -> Iterator[Removal | Stays]:
    """Delete what `find_runs` yields."""
    for removal in list(find_runs(root, config, now)):
        (before,) = published_times(root, [removal.name])
        yield delete_run(root, removal, before)


def delete_run(root: Root, removal: Removal, published: float) -> Removal | Stays:
    """Delete a run, its run.json first: from then on it is not published.

    A run that was published anew since `published`, or is being written, stays.
    """
    try:
        with deleting(root, removal.path):
            if published_times(root, [removal.name]) != [published]:
                return Stays(kind="samples", name=removal.name, why="it was written meanwhile")
            root.delete(f"{removal.path}/{INDEX_PAGE}")
            root.delete(f"{removal.path}/{RUN_FILE}")
            root.delete(removal.path)
    except BusyError as busy:
        return Stays(kind="samples", name=removal.name, why=str(busy))
    return removal


def published_times(root: Root, names: list[str]) -> list[float]:
    """Return when each run was published, in seconds since 1970; 0 for one that is not."""
    return root.modified([run_path(name, RUN_FILE) for name in names])


def run_removal(name: str, measured: Measured, reason: str) -> Removal:
    """Return the removal of a whole run."""
    return Removal(
        kind="samples",
        name=name,
        path=run_path(name),
        files=measured.files,
        bytes=measured.bytes,
        reason=reason,
    )


def _why(config: TidyConfig, place: int, days: float, kept_bytes: int) -> str:
    """Return why the run that has `place` newer ones goes; empty if it stays."""
    if days > config.run_days:
        return f"{days:.0f} days old"
    if place >= config.keep_runs:
        return f"there are {config.keep_runs} newer runs"
    if kept_bytes > config.run_gib * GIB:
        return f"newer runs and this one take more than {config.run_gib:g} GiB"
    return ""
