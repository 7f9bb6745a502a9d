"""What a stage shows is on its own page and on that of the run around it."""

from typing import Any
from uuid import UUID

import pytest
from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.sorting import FlowRunSort

from nocturne.tasks.artifacts import create_markdown_artifact, create_table_artifact
from nocturne.tasks.links import link_page
from nocturne.tasks.progress import report
from nocturne.tasks.progress_artifacts import progress_artifacts
from nocturne.tasks.stages import STAGE, stages


@task
def report_task(root: str) -> None:
    create_markdown_artifact("# Good", key="model-report", description="Report")
    link_page(root, "models/x/report.html", "model-report-link", "Report on x")


@flow
def inner(root: str) -> None:
    with progress_artifacts():
        report("train model", 37, 100)
    report_task(root)
    create_table_artifact([{"a": 1}], key="rows", description="Rows")


@flow
def outer(root: str) -> None:
    with stages():
        inner(root)
    inner(root)  # what is no stage any more


def _shown(run: UUID | None) -> dict[str, Any]:
    of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=of_run)
    return {one.description or "": one.data for one in found}


@pytest.mark.usefixtures("prefect_server")
def test_a_stage_shows_everything_twice_and_a_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOCTURNE_ROOT", "/music")
    monkeypatch.setenv("NOCTURNE_GALLERY_URL", "http://127.0.0.1:8088")
    state = outer("/music", return_state=True)
    assert state.is_completed()
    run = state.state_details.flow_run_id
    link = "[Report on x](http://127.0.0.1:8088/models/x/report.html)"
    wanted = {
        "train model 37 %": 37,
        "Report": "# Good",
        "Report on x": link,
        "Rows": '[{"a": 1}]',
    }
    assert _shown(run) == wanted
    of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
    with get_client(sync_client=True) as client:
        calls = {call.id for call in client.read_task_runs(flow_run_filter=of_run)}
        newest = client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_DESC)
        inside = [one for one in newest if one.parent_task_run_id in calls]
        stage = [one for one in inside if STAGE in one.tags]
        of_log = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run]))
        logs = [log.message for log in client.read_logs(of_log)]
    assert len(inside) == 2
    for one in stage:
        assert _shown(one.id) == wanted
    assert len(stage) == 1
    address = "Report on x: http://127.0.0.1:8088/models/x/report.html"
    assert logs.count(address) in (0, 1)  # logs are sent in batches
