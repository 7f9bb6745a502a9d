"""Prefect task that reports on the quality of an ingested corpus."""

import pyarrow as pa
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from schemas.config import IngestConfig
from schemas.manifest import NoteDataset
from tasks.artifacts import create_markdown_artifact
from tasks.links import link_page
from tasks.pages.index_pages import write_index_pages
from tasks.policy import may_pass
from tasks.storage.layout import quality_page_path
from tasks.storage.note_dataset import load_marker
from tasks.storage.quality import quality_table
from tasks.storage.quality_page import quality_markdown, quality_page
from tasks.storage.quality_report import read_report, write_report
from tasks.storage.root import Root


@task(
    name="report quality",
    task_run_name="report quality of {config.corpus}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def report_quality(config: IngestConfig) -> str:
    """Write the report unless it is there, and show it in the Prefect UI; returns the page."""
    root, corpus = Root.open(config.root), config.corpus
    dataset = load_marker(root, corpus)
    page = root.shown(quality_page_path(corpus))
    quality = _written(root, corpus, dataset)
    write_index_pages(root)
    title = f"What came of the files of {corpus}"
    text = quality_markdown(corpus, dataset, quality, page)
    create_markdown_artifact(text, key="data-quality", description=title)
    link_page(config.root, quality_page_path(corpus), "data-quality-link", title)
    get_run_logger().info("data quality of %s: %s", corpus, page)
    return page


def _written(root: Root, corpus: str, dataset: NoteDataset) -> pa.Table:
    """Return the quality table, from an earlier run if the corpus is the same as then."""
    if (written := read_report(root, corpus, dataset)) is not None:
        return written
    quality = quality_table(root, corpus)
    page = quality_page(corpus, dataset, quality)
    write_report(root, corpus, dataset, quality, page)
    return quality
