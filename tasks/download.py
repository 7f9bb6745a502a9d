"""The Prefect task that downloads a source, if it is to be downloaded."""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import IngestConfig
from tasks.policy import may_pass
from tasks.progress import progress_of
from tasks.storage.replacement import require_replaceable
from tasks.storage.root import Root
from tasks.storage.sources import fetch, is_download


@task(
    name="download",
    task_run_name="download {config.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=may_pass,
)
def download_source(config: IngestConfig) -> str | None:
    """Download the source; returns its path in the storage root, None if it needs no download.

    It resumes where an earlier run was cut; a bad file is an error and is never read.
    """
    logger = get_run_logger()
    if not is_download(config):
        logger.info("source %s needs no download", config.source)
        return None
    root = Root.open(config.root)
    require_replaceable(root, config)
    found = fetch(root, config, progress_of("download"))
    if found.trouble:
        logger.warning("%s: %s; the copy of before is used", found.record.url, found.trouble)
    logger.info(
        "%s %s: %d bytes, SHA-256 %s",
        "already there, reused" if found.reused else "downloaded to",
        root.shown(found.path),
        found.record.bytes,
        found.record.sha256,
    )
    return found.path
