"""The Prefect task of tidy."""

import time

from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import TidyConfig
from nocturne.schemas.upkeep import TidyReport
from nocturne.tasks.artifacts import create_table_artifact
from nocturne.tasks.policy import may_pass
from nocturne.tasks.progress import progress_of
from nocturne.tasks.recording.facts import task
from nocturne.tasks.storage.root import Root
from nocturne.tasks.upkeep import tidy as upkeep

SHOWN = 200  # rows of the artifact


@task(
    name="tidy root",
    task_run_name="tidy root",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=may_pass,
)
def tidy_root(config: TidyConfig) -> TidyReport:
    """Delete what no run needs any more; log it, and show it in the Prefect UI."""
    logger = get_run_logger()
    root = Root.open(config.root)
    report = upkeep.tidy(root, config, time.time(), progress_of("tidy"))
    for removal in report.removed:
        logger.info("deleted %s %s: %s", removal.kind, removal.name, removal.reason)
    for stays in report.stays:
        logger.warning("%s %s stays: %s", stays.kind, stays.name, stays.why)
    logger.info(
        "tidy: %d things deleted, %d files, %d bytes; %d stay for now",
        len(report.removed),
        report.files,
        report.bytes,
        len(report.stays),
    )
    rows = [removal.model_dump() for removal in report.removed[:SHOWN]]
    title = f"{len(report.removed)} deleted, {report.bytes:,} bytes"
    create_table_artifact(rows, key="tidy", description=title)
    return report
