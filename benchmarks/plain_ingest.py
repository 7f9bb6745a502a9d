"""Ingest without Prefect, by the functions that its flow calls, for benchmarks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nocturne.schemas.config import IngestConfig
from nocturne.tasks.corpus.notes.extraction_pool import shared_workers, stop_shared_workers
from nocturne.tasks.corpus.notes.note_dataset import Plan, clear_other_plans, plan, stage_shard
from nocturne.tasks.storage.root import Root

SHARDS_AT_ONCE = 3  # as many as the flow takes


def staged(root: Root, config: IngestConfig) -> Plan:
    """Extract every raw shard of a corpus; what is left to do is to publish the plan."""
    todo = plan(root, config)
    clear_other_plans(root, todo)
    pool = shared_workers(config)
    with ThreadPoolExecutor(SHARDS_AT_ONCE) as threads:
        shards = range(todo.raw.shards)
        list(threads.map(lambda i: stage_shard(root, todo, i, config, pool), shards))
    stop_shared_workers()
    return todo


def contents_under(folder: Path) -> list[bytes]:
    """Return what the files of a folder hold, by path; a list of sources is none of them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes() for path in paths if path.suffix != ".csv"]
