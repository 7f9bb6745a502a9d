"""Ingest: a source becomes raw shards, then notes, and every file is accounted for."""

from typing import Any

from prefect import flow, unmapped
from prefect.task_runners import ThreadPoolTaskRunner

from nocturne.schemas.config import IngestConfig
from nocturne.schemas.manifest import IngestSummary
from nocturne.tasks.corpus.build import SHARDS_AT_ONCE
from nocturne.tasks.corpus.notes.extraction_pool import worker_processes
from nocturne.tasks.corpus.notes.note_plan import NotePlan
from nocturne.tasks.ingest import (
    download_source,
    extract_shard,
    finished_notes,
    plan_extraction,
    publish_extracted,
    report_quality,
    shard_source,
)
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.recording.facts import facts_line
from nocturne.tasks.sources.source import is_download
from nocturne.tasks.storage.locking.locks import corpus_writer
from nocturne.tasks.storage.root import Root

RUNNER: Any = ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE)


@flow(name="ingest", flow_run_name="ingest {config.corpus}", task_runner=RUNNER)
def ingest(config: IngestConfig) -> IngestSummary:
    """Read a source of MIDI files into validated, published note tables."""
    root = Root.open(config.root)
    with (
        facts_line() as facts,
        corpus_writer(root, config.corpus, "ingest"),
        progress_artifacts(),
    ):
        if is_download(config):
            download_source(config)
        raw = shard_source(config)
        plan = plan_extraction(config, raw)
        summary = finished_notes(root, plan) or extract(plan, config)
        report_quality(config)
        return facts.of(summary)


def extract(plan: NotePlan, config: IngestConfig) -> IngestSummary:
    """Extract every shard, then publish them as one dataset."""
    with worker_processes():
        shards = extract_shard.map(unmapped(plan), range(plan.raw.shards), unmapped(config))
        shards.result()
    return publish_extracted(plan, config)
