"""Config of the flow that deletes what no run needs any more."""

from typing import Annotated

from pydantic import Field

from nocturne.schemas.config.base import StorageConfig
from nocturne.schemas.config.changes import CIRCUMSTANCE


class TidyConfig(StorageConfig):
    """Delete old models, samples, copies and leftovers; keep what champions and runs need."""

    keep_champions: Annotated[int, CIRCUMSTANCE] = Field(
        3,
        title="Earlier champions",
        description="Of each corpus and scheme, this many champions before the present one are "
        "kept, so that promote --rollback can go back as often",
        ge=0,
        le=1000,
    )
    candidate_days: Annotated[float, CIRCUMSTANCE] = Field(
        14.0,
        title="Candidates (days)",
        description="Models that are not kept as champions are deleted when they are older",
        ge=0,
        le=36_500,
    )
    keep_runs: Annotated[int, CIRCUMSTANCE] = Field(
        100,
        title="Runs of samples",
        description="This many runs of samples are kept, the newest",
        ge=1,
        le=1_000_000,
    )
    run_days: Annotated[float, CIRCUMSTANCE] = Field(
        365.0,
        title="Runs of samples (days)",
        description="Runs of samples that are older are deleted; the newest run always stays",
        ge=0,
        le=36_500,
    )
    run_gib: Annotated[float, CIRCUMSTANCE] = Field(
        20.0,
        title="Runs of samples (GiB)",
        description="The newest runs of samples that fit in so much are kept; the newest always",
        ge=0,
        le=1e6,
    )
    leftover_days: Annotated[float, CIRCUMSTANCE] = Field(
        3.0,
        title="Leftovers (days)",
        description="What stopped runs left (staging, checkpoints, copies, downloads, half-written "
        "models and runs, uploads) is deleted when nothing has written there for so long",
        ge=0.05,
        le=36_500,
    )
