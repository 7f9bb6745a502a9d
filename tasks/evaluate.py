"""Prefect tasks that judge a model and report on it."""

from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.artifacts import create_markdown_artifact
from tasks.links import link_page
from tasks.model import judging, report_folder
from tasks.pages.index_pages import write_index_pages
from tasks.policy import may_pass
from tasks.progress import progress_of
from tasks.storage.root import Root


@task(
    name="judge model",
    task_run_name="judge {model_id}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def judge_model(root_uri: str, model_id: str) -> dict[str, Any]:
    """Measure a model on held-out songs and by its samples, unless that is done."""
    root = Root.open(root_uri)
    if metrics := judging.measured(root, model_id):
        return metrics
    metrics = judging.judge_model(root, model_id, progress_of("judge model"))
    get_run_logger().info(
        "%s: %.2f bits per note on held-out songs (n-gram composite %.2f, with a cache %.2f), "
        "repetition %.2f (held-out songs %.2f)",
        model_id,
        metrics["bits_per_note"],
        metrics["composite_bits_per_note"],
        metrics["cache_bits_per_note"],
        metrics["repetition"],
        metrics["repetition_held_out"],
    )
    return metrics


@task(
    name="report on model",
    task_run_name="report on {model_id}",
    cache_policy=NO_CACHE,
    retries=1,
    retry_delay_seconds=5,
    retry_condition_fn=may_pass,
)
def report_model(root_uri: str, model_id: str) -> None:
    """Write the model's report page and show the same in the Prefect UI."""
    progress = progress_of("write report")
    progress(0, 1)
    root = Root.open(root_uri)
    text = report_folder.write_report(root, model_id)
    write_index_pages(root)  # names the champion, who is chosen before the report
    progress(1, 1)
    title = f"Report on {model_id}"
    create_markdown_artifact(text, key="model-report", description=title)
    link_page(root_uri, report_folder.report_path(model_id), "model-report-link", title)
