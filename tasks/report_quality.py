"""Prefect task that reports on the quality of an ingested corpus."""

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from schemas.config import IngestConfig
from tasks.policy import may_pass
from tasks.storage.note_dataset import load_marker
from tasks.storage.quality import quality_table
from tasks.storage.quality_page import quality_markdown, quality_page
from tasks.storage.root import Root


@task(
    name="report quality",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=2,
    retry_condition_fn=may_pass,
)
def report_quality(config: IngestConfig) -> str:
    """Write the report as Parquet, page and artifact, unless it is there; returns the page."""
    root, corpus = Root.open(config.root), config.corpus
    dataset = load_marker(root, corpus)
    path, done = f"quality/{corpus}/report.html", f"quality/{corpus}/dataset.json"
    page = root.shown(path)
    if root.exists(done) and root.read_json(done) == {"fingerprint": dataset.fingerprint}:
        return page
    quality = quality_table(root, corpus)
    root.write_table(f"quality/{corpus}/quality.parquet", quality)
    root.write_bytes(path, quality_page(corpus, dataset, quality).encode())
    root.write_json(done, {"fingerprint": dataset.fingerprint})
    create_markdown_artifact(
        quality_markdown(corpus, dataset, quality, page),
        key="data-quality",
        description=f"What came of the files of {corpus}",
    )
    get_run_logger().info("data quality of %s: %s", corpus, page)
    return page
