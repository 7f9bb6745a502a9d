"""Prefect tasks of ingest; extraction has one for each raw shard, so that a loss costs one shard.

Prefect caches nothing: whether a step is done follows from the published and staged files alone,
whose staging folder is named by the raw shards, the config and the extractor's version.
"""

import pyarrow as pa
from prefect import get_run_logger
from prefect.cache_policies import NO_CACHE

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import IngestSummary, NoteDataset
from nocturne.schemas.raw import RawDataset
from nocturne.tasks.artifacts import create_markdown_artifact
from nocturne.tasks.corpus.notes import publish_notes, stage_shard
from nocturne.tasks.corpus.notes.extraction_pool import shared_workers
from nocturne.tasks.corpus.notes.note_marker import note_dataset
from nocturne.tasks.corpus.notes.note_plan import (
    NotePlan,
    clear_other_plans,
    extracted_shards,
    plan_notes,
)
from nocturne.tasks.corpus.notes.quality import quality_table
from nocturne.tasks.corpus.notes.quality_report import read_report, write_report
from nocturne.tasks.corpus.raw import stage_raw
from nocturne.tasks.corpus.replacement import require_replaceable
from nocturne.tasks.links import link_page
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.pages.quality.page import quality_markdown, quality_page
from nocturne.tasks.policy import may_pass
from nocturne.tasks.progress import progress_of, report
from nocturne.tasks.recording.facts import task
from nocturne.tasks.sources.source import fetch, is_download
from nocturne.tasks.storage.layout import quality_page_path
from nocturne.tasks.storage.root import Root


@task(
    name="plan extraction",
    task_run_name="plan extraction of {config.corpus}",
    cache_policy=NO_CACHE,
)
def plan_extraction(config: IngestConfig, raw: RawDataset) -> NotePlan:
    """Find the shards that are to be extracted, and clear what other plans left in staging."""
    root, logger = Root.open(config.root), get_run_logger()
    plan = plan_notes(root, config, raw)
    clear_other_plans(root, plan)
    logger.info("files of %s: %s", plan.corpus, plan.changes)
    if plan.redo:
        logger.info("all files of %s are extracted again: %s", plan.corpus, plan.redo)
    return plan


@task(
    name="extract shard",
    task_run_name="extract shard {index}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def extract_shard(plan: NotePlan, index: int, config: IngestConfig) -> int:
    """Extract one raw shard, unless that is done; return its index."""
    root = Root.open(config.root)
    if not stage_shard.stage_shard(root, plan, index, config, shared_workers(config)):
        get_run_logger().info("shard %d of %s is already extracted", index, plan.corpus)
    report("extract notes", extracted_shards(root, plan), plan.raw.shards)
    return index


@task(
    name="publish notes",
    task_run_name="publish notes of {plan.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def publish_extracted(plan: NotePlan, config: IngestConfig) -> IngestSummary:
    """Remove duplicates, account for every file and write the completion marker."""
    root = Root.open(config.root)
    dataset = publish_notes.publish_notes(root, plan, config, progress_of("publish notes"))
    return _ingest_summary(dataset, plan, reused=False)


def finished_notes(root: Root, plan: NotePlan) -> IngestSummary | None:
    """Return the summary of notes that are published already, and log that; else None."""
    dataset = publish_notes.finished_notes(root, plan)
    if dataset is None:
        return None
    get_run_logger().info("notes of %s are already extracted: reused", plan.corpus)
    return _ingest_summary(dataset, plan, reused=True)


def _ingest_summary(dataset: NoteDataset, plan: NotePlan, *, reused: bool) -> IngestSummary:
    return IngestSummary(
        corpus=plan.corpus,
        fingerprint=dataset.fingerprint,
        counts=dataset.counts,
        notes=dataset.notes,
        reused=reused,
        changes=plan.changes,
        redone=plan.redo,
    )


@task(
    name="download",
    task_run_name="download {config.corpus}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=may_pass,
)
def download_source(config: IngestConfig) -> str | None:
    """Download the source; return its path in the storage root, None if it needs no download.

    An interrupted download is resumed; a file of another hash or size is an error and is not read.
    """
    logger = get_run_logger()
    if not is_download(config):
        logger.info("source %s needs no download", config.source)
        return None
    root = Root.open(config.root)
    require_replaceable(root, config)
    download = fetch(root, config, progress_of("download"))
    if download.trouble:
        message = "%s: %s; the copy downloaded earlier is used"
        logger.warning(message, download.record.url, download.trouble)
    logger.info(
        "%s %s: %d bytes, SHA-256 %s",
        "already downloaded, reused" if download.reused else "downloaded to",
        root.display_path(download.path),
        download.record.bytes,
        download.record.sha256,
    )
    return download.path


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
    """Write every file of the source into raw shards, unless that is done; publish nothing."""
    logger = get_run_logger()
    root = Root.open(config.root)
    progress = progress_of("read source")
    dataset = stage_raw(root, config, progress)
    progress(1, 1)
    logger.info(
        "corpus %s: %s %d files (%d MIDI) of %s in %d raw shards; %d files were read and %d shards "
        "written",
        config.corpus,
        "reused" if dataset.reused else "wrote",
        dataset.files,
        dataset.midi,
        dataset.source,
        dataset.shards,
        dataset.files_read,
        dataset.shards_written,
    )
    if dataset.read_because:
        logger.info("all files of %s were read: %s", dataset.source, dataset.read_because)
    for item in dataset.skipped_files[:SKIPPED_LOGGED]:
        logger.warning("skipped %s: %s", item.path, item.reason)
    if dataset.skipped > SKIPPED_LOGGED:
        logger.warning("skipped %d files in all", dataset.skipped)
    return dataset


@task(
    name="report quality",
    task_run_name="report quality of {config.corpus}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def report_quality(config: IngestConfig) -> str:
    """Write the report unless it is written, show it in the Prefect UI and return its path."""
    root, corpus = Root.open(config.root), config.corpus
    dataset = note_dataset(root, corpus)
    page = root.display_path(quality_page_path(corpus))
    quality = _reported_quality(root, corpus, dataset)
    write_index_pages(root)
    title = f"What came of the files of {corpus}"
    text = quality_markdown(corpus, dataset, quality, page)
    create_markdown_artifact(text, key="data-quality", description=title)
    link_page(config.root, quality_page_path(corpus), "data-quality-link", title)
    get_run_logger().info("data quality of %s: %s", corpus, page)
    return page


def _reported_quality(root: Root, corpus: str, dataset: NoteDataset) -> pa.Table:
    """Return the quality table, that of an earlier run if the corpus has not changed since."""
    if (reported := read_report(root, corpus, dataset)) is not None:
        return reported
    quality = quality_table(root, corpus)
    page = quality_page(corpus, dataset, quality)
    write_report(root, corpus, dataset, quality, page)
    return quality
