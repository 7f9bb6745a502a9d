"""Ingest: a source becomes raw shards, then notes, and every file is accounted for."""

from typing import Any

from prefect import flow, unmapped
from prefect.task_runners import ThreadPoolTaskRunner

from schemas.config import IngestConfig
from schemas.manifest import IngestSummary
from tasks.download import download_source
from tasks.extract import extract_shard, finished, plan_extraction, publish
from tasks.progress_artifacts import progress_artifacts
from tasks.report_quality import report_quality
from tasks.shard import shard_source
from tasks.storage.locks import corpus_writer
from tasks.storage.note_dataset import Plan
from tasks.storage.root import Root
from tasks.storage.shared_workers import worker_processes
from tasks.storage.sources import is_download

SHARDS_AT_ONCE = 3  # while one is checked and written, the workers parse another
RUNNER: Any = ThreadPoolTaskRunner(max_workers=SHARDS_AT_ONCE)


@flow(name="ingest", flow_run_name="ingest {config.corpus}", task_runner=RUNNER)
def ingest(config: IngestConfig) -> IngestSummary:
    """Read a source of MIDI files into validated, published note tables."""
    one_writer = corpus_writer(Root.open(config.root), config.corpus, "ingest")
    with one_writer, progress_artifacts():
        if is_download(config):
            download_source(config)
        raw = shard_source(config)
        plan = plan_extraction(config, raw)
        summary = finished(plan, config) or extract(plan, config)
        report_quality(config)
        return summary


def extract(plan: Plan, config: IngestConfig) -> IngestSummary:
    """Extract every shard, then publish them as one dataset."""
    with worker_processes():
        shards = extract_shard.map(unmapped(plan), range(plan.raw.shards), unmapped(config))
        shards.result()
    return publish(plan, config)
