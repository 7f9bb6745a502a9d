"""Artifacts: what the Prefect UI shows on a run's page and on the page of its outer run."""

from typing import Any
from uuid import UUID

from prefect.artifacts import (
    Artifact,
    LinkArtifact,
    MarkdownArtifact,
    ProgressArtifact,
    TableArtifact,
)
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate

from nocturne.tasks.stages import outer_run


def create_markdown_artifact(markdown: str, key: str, description: str) -> None:
    """Show Markdown; the UI keeps the artifacts of one key together, over all runs."""
    _create(MarkdownArtifact(key=key, description=description, markdown=markdown))


def create_table_artifact(rows: list[dict[str, Any]], key: str, description: str) -> None:
    """Show rows, each from column name to value."""
    _create(TableArtifact(key=key, description=description, table=rows))


def create_link_artifact(address: str, key: str, description: str) -> None:
    """Show a link, its text the description."""
    _create(LinkArtifact(key=key, description=description, link=address, link_text=description))


def create_progress(stage: str, percent: float) -> list[UUID]:
    """Show the progress of `stage`; return the ids of the artifacts for `move_progress`."""
    return _create(ProgressArtifact(description=_progress(stage, percent), progress=percent))


def move_progress(artifacts: list[UUID], stage: str, percent: float) -> None:
    """Show the present progress of `stage`."""
    update = ArtifactUpdate(description=_progress(stage, percent), data=percent)
    with get_client(sync_client=True) as client:
        for artifact in artifacts:
            client.update_artifact(artifact, update)


def _progress(stage: str, percent: float) -> str:
    """Return the text of the card, which is all that a run's page shows of its progress."""
    return f"{stage} {percent:.0f} %"


def _create(artifact: Artifact) -> list[UUID]:
    """Create an artifact of this run, and a copy for its outer run; return their ids."""
    artifacts = [artifact]
    if outer := outer_run():
        artifacts.append(artifact.model_copy(update={"flow_run_id": outer.id}))
    return [new.create(_sync=True).id for new in artifacts]  # type: ignore[call-arg, union-attr]
