"""Tidy: every day, what no champion, roll-back or run needs any more is deleted."""

from prefect import flow

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.upkeep import TidyReport
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.recording.facts import facts_line
from nocturne.tasks.tidy import tidy_root


@flow(name="tidy", flow_run_name="tidy")
def tidy(config: TidyConfig) -> TidyReport:
    """Delete old models, samples, copies and leftovers; keep what champions and runs need."""
    with facts_line() as facts, progress_artifacts():
        return facts.of(tidy_root(config))
