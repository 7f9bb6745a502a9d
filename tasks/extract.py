"""Prefect tasks of extraction: one for each raw shard, so that a loss costs one shard.

Nothing is cached by Prefect: the published file is the truth, and its staging folder is named
by the raw shards, the config and the extractor's version.
"""

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import IngestConfig
from schemas.manifest import IngestSummary, NoteDataset
from schemas.raw import RawDataset
from tasks.policy import may_pass
from tasks.progress import progress_of, tell
from tasks.storage import note_dataset, publish_notes
from tasks.storage.note_dataset import Plan
from tasks.storage.root import Root
from tasks.storage.shared_workers import shared_workers


@task(
    name="plan extraction",
    task_run_name="plan extraction of {config.corpus}",
    cache_policy=NO_CACHE,
)
def plan_extraction(config: IngestConfig, raw: RawDataset) -> Plan:
    """Find out what there is to extract, and clear away what another plan left."""
    root = Root.open(config.root)
    plan = note_dataset.plan(root, config, raw)
    note_dataset.clear_other_plans(root, plan)
    return plan


@task(
    name="extract shard",
    task_run_name="extract shard {index}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def extract_shard(plan: Plan, index: int, config: IngestConfig) -> int:
    """Extract one raw shard, unless that is done; returns its index."""
    root = Root.open(config.root)
    fresh = note_dataset.stage_shard(root, plan, index, config, shared_workers(config))
    if not fresh:
        get_run_logger().info("shard %d of %s is already extracted", index, plan.corpus)
    tell("extract notes", note_dataset.staged(root, plan), plan.raw.shards)
    return index


@task(
    name="publish notes",
    task_run_name="publish notes of {plan.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def publish(plan: Plan, config: IngestConfig) -> IngestSummary:
    """Take duplicates out, account for every file and write the marker."""
    root = Root.open(config.root)
    dataset = publish_notes.publish_notes(root, plan, config, progress_of("publish notes"))
    return _summary(dataset, plan, reused=False)


def finished(plan: Plan, config: IngestConfig) -> IngestSummary | None:
    """Return the summary of a dataset that is already there, saying so."""
    root = Root.open(config.root)
    dataset = note_dataset.published(root, plan)
    if dataset is None:
        return None
    publish_notes.finish_publishing(root, plan, dataset)
    get_run_logger().info("notes of %s are already extracted: reused", plan.corpus)
    return _summary(dataset, plan, reused=True)


def _summary(dataset: NoteDataset, plan: Plan, *, reused: bool) -> IngestSummary:
    return IngestSummary(
        corpus=plan.corpus,
        fingerprint=dataset.fingerprint,
        counts=dataset.counts,
        notes=dataset.notes,
        reused=reused,
    )
