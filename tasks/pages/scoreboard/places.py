"""Find the pages that a scoreboard links to."""

from collections.abc import Sequence

from nocturne.tasks.pages.scoreboard.tables import Places
from nocturne.tasks.storage.layout import (
    COMPARISON_PREFIX,
    MODELS,
    PAGE_SUFFIX,
    REPORT_PAGE,
)
from nocturne.tasks.storage.root import Root

RUN_MARK = "-seed"  # between a model's id and its seed, in the id of a run


def find_places(root: Root, runs: Sequence[str]) -> Places:
    """Return which pages there are: reports, comparisons and newest galleries of models.

    `runs` are the published runs, the newest first.
    """
    files = root.files(MODELS, PAGE_SUFFIX, recursive=True)
    pages = [path.split("/")[1:] for path in files if path.count("/") == 2]
    comparisons = {
        (model, name.removeprefix(COMPARISON_PREFIX).removesuffix(PAGE_SUFFIX))
        for model, name in pages
        if name.startswith(COMPARISON_PREFIX)
    }
    return Places(
        reports=frozenset(model for model, name in pages if name == REPORT_PAGE),
        galleries=_newest_galleries(runs),
        comparisons=frozenset(comparisons),
    )


def _newest_galleries(runs: Sequence[str]) -> dict[str, str]:
    """Return the newest run of each model."""
    found: dict[str, str] = {}
    for run in runs:
        model, mark, _ = run.rpartition(RUN_MARK)
        if mark:
            found.setdefault(model, run)
    return found
