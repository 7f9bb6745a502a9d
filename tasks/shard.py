"""The Prefect task that turns a source into raw shards."""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import IngestConfig
from schemas.raw import RawDataset
from tasks.policy import may_pass
from tasks.progress import progress_of
from tasks.storage.raw import stage_raw
from tasks.storage.root import Root

SKIPPED_LOGGED = 20


@task(
    name="shard",
    task_run_name="shard {config.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def shard_source(config: IngestConfig) -> RawDataset:
    """Bring every file of the source into raw shards, or find that done; nothing is published."""
    logger = get_run_logger()
    root = Root.open(config.root)
    progress = progress_of("read source")
    dataset = stage_raw(root, config, progress)
    progress(1, 1)
    logger.info(
        "corpus %s: %s %d files (%d MIDI) of %s in %d raw shards",
        config.corpus,
        "reused" if dataset.reused else "wrote",
        dataset.files,
        dataset.midi,
        dataset.source,
        dataset.shards,
    )
    for item in dataset.skipped_files[:SKIPPED_LOGGED]:
        logger.warning("skipped %s: %s", item.path, item.reason)
    if dataset.skipped > SKIPPED_LOGGED:
        logger.warning("skipped %d files in all", dataset.skipped)
    return dataset
