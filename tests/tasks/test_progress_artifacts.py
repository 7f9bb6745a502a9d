"""Progress as artifacts of a run: one for each stage, moved, and never in the way of the work."""

from uuid import UUID, uuid4

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

from nocturne.tasks import progress_artifacts
from nocturne.tasks.progress import report
from nocturne.tasks.progress_artifacts import ProgressArtifacts


@pytest.mark.usefixtures("prefect_server")
def test_each_stage_of_a_run_has_one_that_ends_where_the_work_did() -> None:
    @flow
    def work() -> None:
        with progress_artifacts.progress_artifacts():
            for done in range(3):
                report("read", done, 2)
            report("write", 1, 4)
        report("write", 4, 4)  # nobody shows this any more

    state = work(return_state=True)
    of_run = ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id])
    with get_client(sync_client=True) as client:
        # The server lists 200 artifacts at most, and other tests leave some: ask for this run's.
        found = client.read_artifacts(artifact_filter=ArtifactFilter(flow_run_id=of_run))
    assert {one.description: one.data for one in found} == {"read 100 %": 100, "write 25 %": 25}


def test_only_news_is_sent_and_a_server_that_is_away_is_told_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, float]] = []
    away = True

    def create(stage: str, percent: float) -> list[UUID]:
        if away:
            raise httpx.ConnectError("no server")
        sent.append((stage, percent))
        return [uuid4()]

    monkeypatch.setattr(progress_artifacts, "create_progress", create)
    monkeypatch.setattr(
        progress_artifacts,
        "move_progress",
        lambda _, __, percent: sent.append(("", percent)),
    )
    artifacts = ProgressArtifacts()
    artifacts("read", 1, 2)
    artifacts.send()
    away = False
    artifacts.send()
    artifacts.send()
    artifacts("read", 3, 2)
    artifacts.send()
    assert sent == [("read", 50), ("", 100)]
