"""Tidy a storage root: delete what no run needs any more, within the limits of TidyConfig.

Order and locks make it safe to kill at any moment, and beside every other run. What completes a
thing (card.json, run.json) is deleted first, so that a thing that is half deleted counts as not
finished, and the next tidy deletes the rest. Each thing is deleted under its deletion lock
(storage/locking/deletion.py), and models also under the lock of their champion.
"""

from collections.abc import Callable, Iterable

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.config.credentials import without_secrets
from nocturne.schemas.progress import Progress, silent
from nocturne.schemas.upkeep import Removal, Stays, TidyReport
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.locking.locks import one_writer
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep.caches import find_caches, remove_caches
from nocturne.tasks.upkeep.corpora import find_leftovers, remove_leftovers
from nocturne.tasks.upkeep.models import find_models, remove_models
from nocturne.tasks.upkeep.primes import find_primes, remove_primes
from nocturne.tasks.upkeep.samples import find_runs, remove_runs
from nocturne.tasks.upkeep.unfinished import find_unfinished, remove_unfinished
from nocturne.tasks.upkeep.uploads import find_uploads, remove_uploads

Step = Callable[[Root, TidyConfig, float], Iterable[Removal | Stays]]
# What finds and what removes each kind; samples before their primes and models.
STEPS: tuple[tuple[Step, Step], ...] = (
    (find_unfinished, remove_unfinished),
    (find_uploads, remove_uploads),
    (find_leftovers, remove_leftovers),
    (find_caches, remove_caches),
    (find_runs, remove_runs),
    (find_primes, remove_primes),
    (find_models, remove_models),
)


def plan_tidy(root: Root, config: TidyConfig, now: float) -> TidyReport:
    """Return what `tidy` would remove at `now` (seconds since 1970); nothing is written."""
    found = [outcome for find, _ in STEPS for outcome in find(root, config, now)]
    return _report(root, found, dry_run=True)


def tidy(root: Root, config: TidyConfig, now: float, progress: Progress = silent) -> TidyReport:
    """Remove what no run needs any more at `now`, and renew the index pages if anything went.

    `progress` counts the steps. BusyError if another process tidies this root.
    """
    outcomes: list[Removal | Stays] = []
    with one_writer(root, "tidy", "tidy of the storage root"):
        for done, (_, remove) in enumerate(STEPS, 1):
            outcomes += remove(root, config, now)
            progress(done, len(STEPS))
        report = _report(root, outcomes, dry_run=False)
        if any(removal.kind in ("model", "samples") for removal in report.removed):
            write_index_pages(root)
    return report


def _report(root: Root, outcomes: list[Removal | Stays], *, dry_run: bool) -> TidyReport:
    return TidyReport(
        root=without_secrets(root.uri),
        dry_run=dry_run,
        removed=tuple(one for one in outcomes if isinstance(one, Removal)),
        stays=tuple(one for one in outcomes if isinstance(one, Stays)),
    )
